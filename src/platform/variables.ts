import { z } from 'zod';

/** From quiet to loud, as pino names them. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
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
const origins = list.transform((texts, context) =>
  texts.map((text) => {
    const parsed = text === '*' ? text : parseOrigin(text);
    if (parsed === undefined) context.addIssue('not an origin');
    return parsed ?? z.NEVER;
  }),
);
const domains = list.pipe(
  z.array(
    z
      .string()
      .toLowerCase()
      .regex(/^([a-z0-9-]+\.)+[a-z0-9-]+$/),
  ),
);
const origin = z.string().transform((text, context) => {
  const parsed = parseOrigin(text);
  if (parsed === undefined) context.addIssue('not an origin');
  return parsed ?? z.NEVER;
});

/** Each variable, how it is read, and what a person should write instead of a bad value. */
export const VARIABLES = {
  HOST: [z.string(), 'an address to listen on, such as 127.0.0.1 or 0.0.0.0'],
  PORT: [port, 'a port number, such as 8000'],
  MCP_PORT: [port, 'a port number, such as 8000'],
  PUBLIC_URL: [origin, 'the origin clients see, such as https://mcp.example.com, without a path'],
  SITE_URL: [origin, 'the origin of media files, such as https://www.example.com, without a path'],
  ALLOWED_HOSTS: [hosts, 'host names separated by commas, such as mcp.example.com, without https://'],
  ALLOWED_ORIGINS: [origins, 'origins separated by commas, such as https://app.example.com, or *'],
  TRUST_PROXY: [integer(0, 16), 'the number of reverse proxies in front, 0 to 16'],
  MCP_AUTH_TOKEN: [list, 'one token, or two separated by a comma while rotating'],
  AUTH_MODE: [z.enum(['builtin', 'external', 'none']), 'builtin, external or none'],
  EXTERNAL_ISSUER: [z.url({ protocol: /^https?$/ }), 'the issuer URL of your identity provider'],
  EXTERNAL_AUDIENCE: [z.string(), 'the audience your identity provider puts into tokens for this server'],
  DATABASE_URL: [
    z
      .string()
      .refine((text) => /^file:[^~?#]+$/.test(text) || (/^postgres(ql)?:/.test(text) && URL.canParse(text))),
    'file:./data/server.db or postgres://user@host/name',
  ],
  DEMO_DATA: [flag, 'true or false'],
  ACCESS_TOKEN_TTL: [integer(10, 86_400), 'seconds, 10 to 86400'],
  REFRESH_TOKEN_TTL: [integer(60, 31_536_000), 'seconds, 60 to 31536000'],
  REFRESH_GRACE: [integer(0, 3600), 'seconds, 0 to 3600'],
  KEY_ENCRYPTION_SECRET: [
    z.string().min(32).regex(/^\S+$/),
    'at least 32 characters, make it with: openssl rand -hex 32',
  ],
  ENABLE_DCR: [flag, 'true or false'],
  ENABLE_SSE: [flag, 'true or false'],
  CIMD_ALLOWED_DOMAINS: [domains, 'domains separated by commas, such as claude.ai,vscode.dev'],
  RATE_LIMIT_SCALE: [z.coerce.number().positive().max(1_000_000), 'a number above 0, such as 1'],
  TOOL_TIMEOUT_MS: [integer(100, 600_000), 'milliseconds, 100 to 600000'],
  LOG_LEVEL: [z.enum(LOG_LEVELS), LOG_LEVELS.join(', ')],
  LOG_PRETTY: [flag, 'true or false'],
  NGROK_AUTHTOKEN: [z.string(), 'the token of your ngrok account'],
  METRICS_PORT: [port, 'a port number, such as 9464'],
} satisfies Record<string, [z.ZodType, string]>;

/** The names of all variables the server reads; `.env.example` is checked against it. */
export const VARIABLE_NAMES = Object.keys(VARIABLES);

function parseOrigin(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isOrigin =
    /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash && !url.username;
  return isOrigin ? url.origin : undefined;
}
