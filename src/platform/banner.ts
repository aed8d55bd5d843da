import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import type { Config } from './config/config.js';
import { isLoopbackUrl } from './loopback.js';
import type { Brand } from './ui/brand.js';

/** What the example connects to when no address is named. */
const DEFAULT_URL = 'http://localhost:8000';

/**
 * What a person sees when the server is ready: where it is, where its data is, and how to connect.
 *
 * @param hasNoUsers whether there is nobody who could sign in
 * @param disabled the demo users that were disabled just now
 */
export function banner(
  config: Config,
  brand: Brand,
  address: AddressInfo,
  hasNoUsers: boolean,
  disabled: string[],
): string {
  const lines = [
    '',
    `  MCP endpoint   ${config.publicUrl}/mcp`,
    `  Listening on   ${address.address}:${address.port}`,
    `  Data           ${describeDatabase(config.databaseUrl)}`,
    `  Sign-in        ${describeSignIn(config)}`,
  ];
  if (hasNoUsers) lines.push('  No users yet   add the first one: npm run cli -- user add NAME');
  if (disabled.length > 0) {
    lines.push(
      `  Demo users     ${disabled.join(', ')} disabled: their passwords are public, and DEMO_DATA is off`,
    );
  }
  if (config.demoData) lines.push('  Demo users     alice / password123, bob / hunter2');
  lines.push(
    '',
    `  Connect        claude mcp add --transport http ${brand.slug} ${config.publicUrl}/mcp`,
    `                 npm run example${config.publicUrl === DEFAULT_URL ? '' : ` -- ${config.publicUrl}/mcp`}`,
  );
  if (config.demoData && !isLoopbackUrl(config.publicUrl)) {
    lines.push(
      '',
      '  WARNING        Demo users with known passwords are on. Set DEMO_DATA=false on a public server.',
    );
  }
  return `${lines.join('\n')}\n`;
}

function describeDatabase(url: string): string {
  if (!url.startsWith('file:')) {
    const { host, pathname } = new URL(url);
    return `PostgreSQL at ${host}${pathname}`;
  }
  return resolve(url.replace(/^file:(\/\/(?=\/))?/, ''));
}

function describeSignIn(config: Config): string {
  if (config.authMode === 'none') return 'off: everyone on this machine may call every tool (AUTH_MODE=none)';
  const service = config.mcpAuthToken.length > 0 ? 'the static token MCP_AUTH_TOKEN' : undefined;
  const people =
    config.authMode === 'external' ? `tokens of ${config.externalIssuer}` : 'own accounts (OAuth 2.1)';
  return [people, service].filter(Boolean).join(', and ');
}
