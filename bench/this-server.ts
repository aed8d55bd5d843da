import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICE_TOKEN } from '../test/support/app/port.js';
import { signInForTokens, type Tokens } from '../test/support/oauth/oauth.js';
import type { Bench } from './bench.js';
import { type RunningServer, startProcess } from './start-process.js';

const MAIN = join(import.meta.dirname, '../dist/main.js');

/** The demo user that everything is measured with. */
const USER = { username: 'alice', password: 'password123' };

/** The settings of the server that is measured: its defaults, with a token, and without limits per address. */
export function settings(directory: string): Record<string, string> {
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
    environment: { ...settings(directory), ...environment },
    directory,
  });
}

/** Signs the demo user in with a client of its own. */
export function userTokens(
  { port }: RunningServer,
  user = USER,
): Promise<Tokens & { client: { client_id: string } }> {
  return signInForTokens(`http://localhost:${port}`, user);
}
