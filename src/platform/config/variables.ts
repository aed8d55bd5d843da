import { z } from 'zod';
import { isLoopbackUrl } from '../loopback.js';
import { isApplicationScheme } from '../uri-scheme.js';
import { parseListenHost } from './host.js';
import { derived, type ValuesOf, variable } from './variable.js';

/** The names pino uses. */
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const flag = z.stringbool({ truthy: ['true', '1', 'yes', 'on'], falsy: ['false', '0', 'no', 'off'] });
const integer = (min: number, max: number) =>
  z.string().regex(/^\d+$/).transform(Number).pipe(z.number().int().min(min).max(max));
const port = integer(1, 65535);
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);
const hosts = list.pipe(z.array(z.string().regex(/^([\w.-]+|\[[\da-f:.]+\])(:\d+)?$/i)));
const domains = list.pipe(
  z.array(
    z
      .string()
      .toLowerCase()
      .regex(/^([a-z0-9-]+\.)+[a-z0-9-]+$/),
  ),
);
const listenHost = z.string().transform((text, context) => {
  const host = parseListenHost(text);
  if (host === undefined) context.addIssue('not a host');
  return host ?? z.NEVER;
});
const schemes = list.pipe(z.array(z.string().toLowerCase().refine(isApplicationScheme)));
const origin = z.string().transform((text, context) => {
  const parsed = parseOrigin(text);
  if (parsed === undefined) context.addIssue('not an origin');
  return parsed ?? z.NEVER;
});
const origins = list.pipe(z.array(z.union([z.literal('*'), origin])));

/**
 * Every variable of the platform, in the order they are read: how to parse it, what an operator should write, and its
 * value when unset. `Config` holds the values under the same names in camel case.
 */
export const VARIABLES = {
  /** Where to listen. */
  HOST: variable(
    listenHost,
    'an address to listen on, such as 127.0.0.1, 0.0.0.0 or ::, without http:// and with the port in PORT',
    '127.0.0.1',
  ),
  /** An alias of `PORT` that other MCP servers use. */
  MCP_PORT: variable(port, 'a port number, such as 8000'),
  PORT: derived(port, 'a port number, such as 8000', ({ mcpPort }) => Number(mcpPort ?? 8000)),
  /** The origin clients see, without a trailing slash. Also the OAuth issuer (RFC 8414 section 2). */
  PUBLIC_URL: derived(
    origin,
    'the origin clients see, such as https://mcp.example.com, without a path',
    ({ port }) => `http://localhost:${port}`,
  ),
  /** The origin of media files, without a trailing slash. */
  SITE_URL: derived(
    origin,
    'the origin of media files, such as https://www.example.com, without a path',
    ({ publicUrl }) => String(publicUrl),
  ),
  ALLOWED_HOSTS: variable(
    hosts,
    'host names separated by commas, such as mcp.example.com, without https://',
    [],
  ),
  ALLOWED_ORIGINS: variable(
    origins,
    'origins separated by commas, such as https://app.example.com, or *',
    [],
  ),
  /** Number of reverse proxies in front. Only affects how the client's address is determined. */
  TRUST_PROXY: variable(integer(0, 16), 'the number of reverse proxies in front, 0 to 16', 0),
  /** Static tokens of the service caller; two while rotating. */
  MCP_AUTH_TOKEN: variable(list, 'one token, or two separated by a comma while rotating', []),
  AUTH_MODE: variable(z.enum(['builtin', 'external', 'none']), 'builtin, external or none', 'builtin'),
  EXTERNAL_ISSUER: variable(z.url({ protocol: /^https?$/ }), 'the issuer URL of your identity provider'),
  EXTERNAL_AUDIENCE: variable(
    z.string(),
    'the audience your identity provider puts into tokens for this server',
  ),
  DATABASE_URL: variable(
    z
      .string()
      .refine((text) => /^file:[^~?#]+$/.test(text) || (/^postgres(ql)?:/.test(text) && URL.canParse(text))),
    'file:./data/server.db or postgres://user@host/name',
    'file:./data/server.db',
  ),
  /** The most connections to PostgreSQL that calls share. The server opens two more beside them. */
  DATABASE_POOL_SIZE: variable(integer(1, 1000), 'a number, 1 to 1000', 10),
  /** How long a call waits for a connection to PostgreSQL, in milliseconds. */
  DATABASE_CONNECT_TIMEOUT_MS: variable(integer(100, 60_000), 'milliseconds, 100 to 60000', 5000),
  /** How long one statement may take on PostgreSQL, in milliseconds. */
  DATABASE_STATEMENT_TIMEOUT_MS: variable(integer(100, 600_000), 'milliseconds, 100 to 600000', 10_000),
  /** How long a statement waits for a lock of another on PostgreSQL, in milliseconds. */
  DATABASE_LOCK_TIMEOUT_MS: variable(integer(100, 600_000), 'milliseconds, 100 to 600000', 5000),
  /** How long a transaction may do nothing on PostgreSQL, in milliseconds. */
  DATABASE_IDLE_TRANSACTION_TIMEOUT_MS: variable(
    integer(100, 600_000),
    'milliseconds, 100 to 600000',
    10_000,
  ),
  /** The address for the one connection that waits for changes. Only for PostgreSQL. */
  DATABASE_LISTEN_URL: derived(
    z.string().refine((text) => /^postgres(ql)?:/.test(text) && URL.canParse(text)),
    'the address of the database of DATABASE_URL without a pooler in transaction mode, such as postgres://user@host/name',
    ({ databaseUrl }) => String(databaseUrl),
  ),
  DEMO_DATA: derived(flag, 'true or false', ({ publicUrl }) => isLoopbackUrl(String(publicUrl))),
  /** Seconds. */
  ACCESS_TOKEN_TTL: variable(integer(10, 86_400), 'seconds, 10 to 86400', 3600),
  /** Seconds, sliding. */
  REFRESH_TOKEN_TTL: variable(integer(60, 31_536_000), 'seconds, 60 to 31536000', 2_592_000),
  /** Seconds during which a used refresh token still returns the same successor. */
  REFRESH_GRACE: variable(integer(0, 3600), 'seconds, 0 to 3600', 60),
  /** Encrypts the private signing keys in the database. They are stored in plain text when it is unset. */
  KEY_ENCRYPTION_SECRET: variable(
    z.string().min(32).regex(/^\S+$/),
    'at least 32 characters, make it with: openssl rand -hex 32',
  ),
  /** Whether clients may register themselves (RFC 7591). */
  ENABLE_DCR: variable(flag, 'true or false', true),
  ENABLE_SSE: variable(flag, 'true or false', true),
  /** Whether clients may be described by documents (client ID metadata documents). `auto` finds out whether that works. */
  CLIENT_DOCUMENTS: variable(z.enum(['auto', 'on', 'off']), 'auto, on or off', 'auto'),
  /** A public address that decides whether documents can be fetched, with `auto`. */
  CLIENT_DOCUMENTS_PROBE: variable(
    z.url({ protocol: /^https$/ }),
    'an https address outside your network, such as https://www.example.com/',
  ),
  /** Domains, including subdomains, that client ID metadata documents may come from. Any domain when empty. */
  CIMD_ALLOWED_DOMAINS: variable(domains, 'domains separated by commas, such as claude.ai,vscode.dev', []),
  /** Schemes of applications to which clients may have their answers sent, besides those known and those with a dot. */
  REDIRECT_SCHEMES: variable(
    schemes,
    'schemes of applications separated by commas, such as myapp, without :// and none that browsers or systems use',
    [],
  ),
  /** Multiplies every per-address limit, but never a per-account limit. */
  RATE_LIMIT_SCALE: variable(z.coerce.number().positive().max(1_000_000), 'a number above 0, such as 1', 1),
  /** How long a tool may run, in milliseconds. */
  TOOL_TIMEOUT_MS: variable(integer(100, 600_000), 'milliseconds, 100 to 600000', 25_000),
  /** The most calls one user may have running at once, and the most streams open. */
  MAX_CALLS_PER_USER: variable(integer(1, 10_000), 'a number, 1 to 10000', 32),
  /** The same for one service, which is often a platform with many users. */
  MAX_CALLS_PER_SERVICE: variable(integer(1, 10_000), 'a number, 1 to 10000', 200),
  /** Whether common calls of `/mcp` are answered by the fast lane. `off` sends all of them through Express. */
  FAST_LANE: variable(flag, 'on or off', true),
  LOG_LEVEL: variable(z.enum(LOG_LEVELS), LOG_LEVELS.join(', '), 'info'),
  LOG_PRETTY: derived(flag, 'true or false', ({ terminal }) => terminal === true),
  /** Only for `npm run tunnel`. */
  NGROK_AUTHTOKEN: variable(z.string(), 'the token of your ngrok account'),
  METRICS_PORT: variable(port, 'a port number, such as 9464'),
};

/** Everything an operator can set, validated. Every URL the server emits is built from `publicUrl` or `siteUrl`. */
export type Config = ValuesOf<typeof VARIABLES>;

function parseOrigin(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  // A URL may hold "${NAME}" as its host.
  const isHost = !/[${}]/.test(url.hostname);
  const isOrigin = /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  return isHost && isOrigin ? url.origin : undefined;
}
