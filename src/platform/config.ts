import { config as loadDotenv } from 'dotenv';
import type { z } from 'zod';
import { type LOG_LEVELS, VARIABLES } from './variables.js';

/** Everything an operator can set, checked. Every URL the server ever prints is built from `publicUrl` or `siteUrl`. */
export interface Config {
  host: string;
  port: number;
  /** Origin clients see, without trailing slash. It is also the OAuth issuer (RFC 8414 section 2). */
  publicUrl: string;
  /** Origin of media files, without trailing slash. */
  siteUrl: string;
  allowedHosts: string[];
  allowedOrigins: string[];
  /** How many reverse proxies stand in front; used for the client's address only. */
  trustProxy: number;
  /** Static tokens of the service caller; two while rotating. */
  serviceTokens: string[];
  authMode: 'builtin' | 'external' | 'none';
  externalIssuer: string | undefined;
  externalAudience: string | undefined;
  databaseUrl: string;
  demoData: boolean;
  /** Seconds. */
  accessTokenTtl: number;
  /** Seconds, sliding. */
  refreshTokenTtl: number;
  /** Seconds in which a used refresh token still answers with the same successor. */
  refreshGrace: number;
  /** Encrypts the private signing keys in the database; plain when unset. */
  keyEncryptionSecret: string | undefined;
  enableDcr: boolean;
  enableSse: boolean;
  /** Domains, with their subdomains, that documents of clients may come from; any when empty. */
  cimdAllowedDomains: string[];
  /** Multiplies every limit per address, never a limit per account. */
  rateLimitScale: number;
  /** Milliseconds a tool may run. */
  toolTimeoutMs: number;
  logLevel: (typeof LOG_LEVELS)[number];
  logPretty: boolean;
  metricsPort: number | undefined;
  /** For `npm run tunnel` only. */
  ngrokAuthtoken: string | undefined;
}

/** All problems of the environment at once, each naming its variable and what would be right. */
export class ConfigError extends Error {
  constructor(readonly problems: string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
  }
}

const PLACEHOLDER = /change.?me|example|placeholder|your[-_ ]|secret[-_ ]?token|^(.)\1+$|x{6}/i;

type Values = { [K in keyof typeof VARIABLES]?: z.output<(typeof VARIABLES)[K][0]> };

/**
 * Reads `.env` (without overriding what is already set) and the process environment.
 *
 * @param overrides what stands above both
 * @param defaults what stands below both
 * @throws {ConfigError} listing every problem at once.
 */
export function readEnvironment(
  overrides: Record<string, string> = {},
  defaults: Record<string, string> = {},
): Config {
  loadDotenv({ quiet: true });
  return parseConfig({ ...defaults, ...process.env, ...overrides }, Boolean(process.stdout.isTTY));
}

/**
 * Checks an environment. An empty value counts as unset, because that is what compose files pass on.
 *
 * @param terminal whether logs go to a terminal, the default of `LOG_PRETTY`
 * @throws {ConfigError} listing every problem at once.
 */
export function parseConfig(environment: Record<string, string | undefined>, terminal = false): Config {
  const problems: string[] = [];
  const values: Values = {};
  for (const [name, [schema, hint]] of Object.entries(VARIABLES)) {
    const text = environment[name]?.trim();
    if (!text) continue;
    const parsed = schema.safeParse(text);
    if (parsed.success) Object.assign(values, { [name]: parsed.data });
    else problems.push(`${name} is not valid: expected ${hint}`);
  }

  const host = values.HOST ?? '127.0.0.1';
  const listenPort = values.PORT ?? values.MCP_PORT ?? 8000;
  const publicUrl = values.PUBLIC_URL ?? `http://localhost:${listenPort}`;
  const publicIsLoopback = isLoopbackHost(new URL(publicUrl).hostname);
  const config: Config = {
    host,
    port: listenPort,
    publicUrl,
    siteUrl: values.SITE_URL ?? publicUrl,
    allowedHosts: values.ALLOWED_HOSTS ?? [],
    allowedOrigins: values.ALLOWED_ORIGINS ?? [],
    trustProxy: values.TRUST_PROXY ?? 0,
    serviceTokens: values.MCP_AUTH_TOKEN ?? [],
    authMode: values.AUTH_MODE ?? 'builtin',
    externalIssuer: values.EXTERNAL_ISSUER,
    externalAudience: values.EXTERNAL_AUDIENCE,
    databaseUrl: values.DATABASE_URL ?? 'file:./data/server.db',
    demoData: values.DEMO_DATA ?? publicIsLoopback,
    accessTokenTtl: values.ACCESS_TOKEN_TTL ?? 3600,
    refreshTokenTtl: values.REFRESH_TOKEN_TTL ?? 2_592_000,
    refreshGrace: values.REFRESH_GRACE ?? 60,
    keyEncryptionSecret: values.KEY_ENCRYPTION_SECRET,
    enableDcr: values.ENABLE_DCR ?? true,
    enableSse: values.ENABLE_SSE ?? true,
    cimdAllowedDomains: values.CIMD_ALLOWED_DOMAINS ?? [],
    rateLimitScale: values.RATE_LIMIT_SCALE ?? 1,
    toolTimeoutMs: values.TOOL_TIMEOUT_MS ?? 25_000,
    logLevel: values.LOG_LEVEL ?? 'info',
    logPretty: values.LOG_PRETTY ?? terminal,
    metricsPort: values.METRICS_PORT,
    ngrokAuthtoken: values.NGROK_AUTHTOKEN,
  };
  problems.push(...crossChecks(config, publicIsLoopback));
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** What no single variable shows: combinations that would be unsafe or could not work. */
function crossChecks(config: Config, publicIsLoopback: boolean): string[] {
  const problems: string[] = [];
  if (config.publicUrl.startsWith('http:') && !publicIsLoopback) {
    problems.push('PUBLIC_URL is not valid: expected https, since clients refuse http outside this machine');
  }
  const ownSite = config.siteUrl !== config.publicUrl;
  if (ownSite && config.siteUrl.startsWith('http:') && !isLoopbackHost(new URL(config.siteUrl).hostname)) {
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
  if (externalIssuer?.startsWith('http:') && !isLoopbackHost(new URL(externalIssuer).hostname)) {
    problems.push(
      'EXTERNAL_ISSUER is not valid: expected https, since anybody on the way could answer otherwise',
    );
  }
  if (config.serviceTokens.length > 2) {
    problems.push(
      'MCP_AUTH_TOKEN is not valid: expected one token, or two separated by a comma while rotating',
    );
  }
  if (config.metricsPort === config.port) {
    problems.push('METRICS_PORT is not valid: expected another port than PORT');
  }
  for (const token of config.serviceTokens) {
    if (token.length < 32) {
      problems.push(
        'MCP_AUTH_TOKEN is not valid: expected at least 32 characters, make one with: openssl rand -hex 32',
      );
    } else if (PLACEHOLDER.test(token) || /\s/.test(token)) {
      problems.push('MCP_AUTH_TOKEN is not valid: expected a random value without spaces, not a placeholder');
    }
  }
  return problems;
}

/** Whether a host name or listening address never leaves this machine. Takes IPv6 with or without brackets. */
export function isLoopbackHost(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname);
}
