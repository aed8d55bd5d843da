/** Starts every kind of program and stops none. `ABANDON` says how the tests end, `STARTED` where to list what runs. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, it } from 'vitest';
import { chromiumProgram, launchBrowser } from './browser.js';
import { nginxProgram, prepareNginx } from './nginx.js';
import { postgresProgram, startPostgres } from './postgres.js';
import { startServer } from './server.js';

beforeAll(async () => {
  const { port } = await startServer();
  if (nginxProgram) await (await prepareNginx()).start([port]);
  if (postgresProgram) await startPostgres();
  if (chromiumProgram) await launchBrowser();
  writeFileSync(process.env['STARTED'] ?? '', JSON.stringify(descendants(process.pid)));
});

it('ends in one way or another', {
  timeout: process.env['ABANDON'] === 'times out' ? 1 : 600_000,
}, async () => {
  if (process.env['ABANDON'] === 'fails') throw new Error('on purpose');
  await new Promise(() => {});
});

/** Lists the ids of a process's children and their descendants. */
function descendants(ancestor: number): number[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = ids.map((id) => [Number(id), parentOf(id)] as const);
  const childrenOf = (id: number): number[] =>
    parents.filter(([, parent]) => parent === id).flatMap(([child]) => [child, ...childrenOf(child)]);
  return childrenOf(ancestor);
}

function parentOf(id: string): number {
  try {
    return Number(/\) \w (\d+) /.exec(readFileSync(`/proc/${id}/stat`, 'utf8'))?.[1]);
  } catch {
    // The process has ended since it was listed.
    return 0;
  }
}
