import { isLoopbackHost, isLoopbackUrl } from '../loopback.js';
import { tokenProblems } from './static-tokens.js';
import type { Config } from './variables.js';

/** Finds combinations of variables that would be unsafe or could not work. */
export function crossChecks(config: Config): string[] {
  const problems: string[] = [];
  const publicIsLoopback = isLoopbackUrl(config.publicUrl);
  if (config.publicUrl.startsWith('http:') && !publicIsLoopback) {
    problems.push('PUBLIC_URL is not valid: expected https, since clients refuse http outside this machine');
  }
  const ownSite = config.siteUrl !== config.publicUrl;
  if (ownSite && config.siteUrl.startsWith('http:') && !isLoopbackUrl(config.siteUrl)) {
    problems.push('SITE_URL is not valid: expected https, since chat platforms refuse http media');
  }
  if (config.authMode === 'none' && !(publicIsLoopback && isLoopbackHost(config.host))) {
    problems.push(
      'AUTH_MODE is not valid: none is for loopback only, HOST and PUBLIC_URL must be 127.0.0.1 or localhost',
    );
  }
  if (config.authMode === 'external' && config.externalIssuer === undefined) {
    problems.push(
      'EXTERNAL_ISSUER is not set: expected the issuer URL of your identity provider with AUTH_MODE=external',
    );
  }
  const { externalIssuer } = config;
  if (externalIssuer?.startsWith('http:') && !isLoopbackUrl(externalIssuer)) {
    problems.push(
      'EXTERNAL_ISSUER is not valid: expected https, since anyone on the network path could answer in its place',
    );
  }
  if (config.metricsPort === config.port) {
    problems.push('METRICS_PORT is not valid: expected a different port than PORT');
  }
  const tokens = tokenProblems(config.mcpAuthToken).map(
    (problem) => `MCP_AUTH_TOKEN is not valid: ${problem}`,
  );
  return [...problems, ...tokens];
}
