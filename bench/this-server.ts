import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICE_TOKEN } from '../test/support/app/port.js';
import { type Registration, signInForTokens } from '../test/support/oauth/oauth.js';
import type { Bench } from './bench.js';
import { type RunningServer, startProcess } from './start-process.js';

/** The program of this server, once it is built. */
export const MAIN = join(import.meta.dirname, '../dist/main.js');

/** A demo user. */
const USER = { username: 'alice', password: 'password123' };

/** The settings that are measured: the defaults, with a service's token, and without limits per address. */
export function settingsIn(directory: string): Record<string, string> {
  // So that both ways of a request can be compared.
  const lane = process.env['FAST_LANE'];
  return {
    MCP_AUTH_TOKEN: SERVICE_TOKEN,
    DATABASE_URL: `file:${join(directory, 'server.db')}`,
    RATE_LIMIT_SCALE: '1000',
    CLIENT_DOCUMENTS: 'off',
    ...(lane !== undefined && { FAST_LANE: lane }),
  };
}

/** Starts this server with fresh data. */
export function startThisServer(
  bench: Bench,
  environment: Record<string, string> = {},
  program = MAIN,
): Promise<RunningServer> {
  const directory = mkdtempSync(join(bench.directory, 'data-'));
  return startProcess({
    program: process.execPath,
    args: [program],
    environment: { ...settingsIn(directory), ...environment },
    directory,
  });
}

/** Signs the demo user in, with a client of its own unless there is one. */
export function userTokens(
  { port }: RunningServer,
  options: { client?: Registration } = {},
): ReturnType<typeof signInForTokens> {
  return signInForTokens(`http://localhost:${port}`, { ...USER, ...options });
}
