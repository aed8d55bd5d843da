import type { AddressInfo } from 'node:net';
import type { Config } from './config/config.js';
import { hostAndPort } from './config/host.js';
import { isLoopbackUrl } from './loopback.js';
import type { Accounts } from './oauth/sign-in/accounts.js';
import { describeDatabase } from './store/location.js';
import type { Brand } from './ui/brand.js';

/** The address the example client connects to by default. */
const DEFAULT_URL = 'http://localhost:8000';

/** What the banner shows. */
export interface BannerOptions {
  config: Config;
  brand: Brand;
  /** The address the server listens on. */
  address: AddressInfo;
  accounts: Pick<Accounts, 'demoUsers' | 'manage' | 'location'>;
  /** Whether nobody can sign in yet. */
  hasNoUsers: boolean;
  /** The demo users disabled during this start. */
  disabled: string[];
}

/** Returns the text printed when the server is ready: its address, where its data is, and how to connect. */
export function banner(options: BannerOptions): string {
  const { config, address } = options;
  const sections = [
    [
      `  MCP endpoint   ${config.publicUrl}/mcp`,
      `  Listening on   http://${hostAndPort(address.address, address.port)}`,
      `  Data           ${describeDatabase(config.databaseUrl)}`,
      `  Sign-in        ${describeSignIn(config)}`,
      ...(config.authMode === 'builtin' ? describeUsers(options) : []),
    ],
    describeConnecting(options),
    showsDemoUsers(options) && !isLoopbackUrl(config.publicUrl)
      ? ['  WARNING        Demo users with known passwords are on. Set DEMO_DATA=false on a public server.']
      : [],
  ];
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `\n${text.join('\n\n')}\n`;
}

function describeUsers({ config, accounts, hasNoUsers, disabled }: BannerOptions): string[] {
  const lines: string[] = [];
  if (hasNoUsers) {
    const how = accounts.manage
      ? 'add the first one: npm run cli -- user add NAME'
      : `add the first one in ${accounts.location ?? 'your user directory'}`;
    lines.push(`  No users yet   ${how}`);
  }
  if (disabled.length > 0) {
    lines.push(
      `  Demo users     ${disabled.join(', ')} disabled: their passwords are public, and DEMO_DATA is off`,
    );
  }
  const { demoUsers = [] } = accounts;
  if (config.demoData && demoUsers.length > 0) {
    const shown = demoUsers.map(({ username, password }) => `${username} / ${password}`);
    lines.push(`  Demo users     ${shown.join(', ')}`);
  }
  return lines;
}

function showsDemoUsers({ config, accounts }: BannerOptions): boolean {
  return config.authMode === 'builtin' && config.demoData && accounts.demoUsers !== undefined;
}

function describeConnecting({ config, brand, hasNoUsers }: BannerOptions): string[] {
  const endpoint = `${config.publicUrl}/mcp`;
  const target = config.publicUrl === DEFAULT_URL ? '' : ` -- ${endpoint}`;
  const lines = [`  Connect        claude mcp add --transport http ${brand.slug} ${endpoint}`];
  // The example client registers itself and signs a person in. An external provider may not allow that.
  const canSignIn = config.authMode === 'builtin' && config.enableDcr && !hasNoUsers;
  if (config.authMode === 'none' || canSignIn) lines.push(`                 npm run example${target}`);
  else if (config.mcpAuthToken.length > 0)
    lines.push(`                 MCP_AUTH_TOKEN=... npm run example${target}`);
  return lines;
}

function describeSignIn(config: Config): string {
  if (config.authMode === 'none') return 'off: everyone on this machine may call every tool (AUTH_MODE=none)';
  const service = config.mcpAuthToken.length > 0 ? 'the static token MCP_AUTH_TOKEN' : undefined;
  const people =
    config.authMode === 'external' ? `tokens of ${config.externalIssuer}` : 'own accounts (OAuth 2.1)';
  return [people, service].filter(Boolean).join(', and ');
}
