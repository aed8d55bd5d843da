import { findProgram } from '../../test/support/programs/requirements.js';
import type { Bench, Findings } from '../bench.js';
import { refreshCall } from '../calls.js';
import { CONNECTIONS, measure, stopAll, type Target } from '../measure.js';
import { startPlain } from '../plain-servers.js';
import { startThisServer, userTokens } from '../this-server.js';

/** Refreshes write to the database, so fewer of them warm a server up. */
const WARM_UP = 500;

/** `/token` with a refresh token, each connection with a grant of its own. */
export async function refresh(bench: Bench): Promise<Findings> {
  const targets = [await startPlain(bench, 'plain-express'), await target(bench, '/token refresh, file', {})];
  const postgres = findProgram('postgres', 'Refreshes on PostgreSQL are');
  if (postgres === undefined) bench.skip('/token refresh, PostgreSQL: postgres is not installed');
  // It looks for the program when it is loaded.
  const { startPostgres } = await import('../../test/support/programs/postgres.js');
  const database = postgres === undefined ? undefined : await startPostgres();
  if (database !== undefined)
    targets.push(await target(bench, '/token refresh, PostgreSQL', { DATABASE_URL: database.url }));
  const rows = await measure(bench, targets);
  await stopAll(targets);
  await database?.stop();
  const values = rows
    .filter(({ name }) => name.startsWith('/token'))
    .map(({ name, cpuUs }) => ({
      name: `CPU of ${name}`,
      unit: 'ms' as const,
      values: cpuUs.map((us) => us / 1000),
    }));
  return { rows, values };
}

async function target(bench: Bench, name: string, environment: Record<string, string>): Promise<Target> {
  const server = await startThisServer(bench, environment);
  const first = await userTokens(server);
  const carried = [first.refresh_token];
  while (carried.length < CONNECTIONS)
    carried.push((await userTokens(server, { client: first.client })).refresh_token);
  return { name, server, call: refreshCall(first.client.client_id), carried, warmUp: WARM_UP };
}
