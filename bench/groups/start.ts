import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as elapsed } from 'node:timers/promises';
import { freePort } from '../../test/support/app/port.js';
import { endWithTests } from '../../test/support/programs/processes.js';
import type { Bench, Findings } from '../bench.js';
import { get } from '../calls.js';
import { Connection } from '../load/connection.js';
import { requestOf } from '../load/run-window.js';
import { ratios } from '../statistics.js';
import { MAIN, settingsIn } from '../this-server.js';

/** How often a server that starts is asked, in milliseconds. */
const EVERY_MS = 4;

/** How long it takes from the start of a process to the first answer, over what an empty Node takes to start and end. */
export async function start({ pace, directory, say }: Bench): Promise<Findings> {
  const data = mkdtempSync(join(directory, 'start-'));
  const servers = join(import.meta.dirname, '../servers');
  const programs = {
    'plain Express': join(servers, 'plain-express.mjs'),
    'bare SDK 2.x': join(servers, 'sdk-2.mjs'),
    'this server': MAIN,
  };
  const times = new Map<string, number[]>();
  const keep = (name: string, ms: number) => times.set(name, [...(times.get(name) ?? []), ms]);
  // The first start makes the database, and the first of anything reads its files from the disk.
  for (let round = 0; round <= pace.starts; round++) {
    const empty = await timeEmptyNode();
    if (round > 0) keep('node -e 0', empty);
    for (const [name, program] of Object.entries(programs)) {
      const ms = await timeStart(program, data);
      if (round > 0) keep(name, ms);
      say(`  round ${round}: ${name} after ${Math.round(ms)} ms`);
    }
  }
  const base = times.get('node -e 0') ?? [];
  return {
    rows: [],
    values: [...times].flatMap(([name, values]) => [
      { name: `start of ${name}`, unit: 'ms' as const, values },
      ...(values === base
        ? []
        : [{ name: `start of ${name} over node -e 0`, unit: '' as const, values: ratios(values, base) }]),
    ]),
  };
}

async function timeEmptyNode(): Promise<number> {
  const began = performance.now();
  await once(endWithTests(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' })), 'exit');
  return performance.now() - began;
}

async function timeStart(program: string, directory: string): Promise<number> {
  const port = await freePort();
  const began = performance.now();
  const child = endWithTests(
    spawn(process.execPath, [program], {
      cwd: directory,
      stdio: 'ignore',
      env: { PATH: process.env['PATH'], ...settingsIn(directory), PORT: String(port) },
    }),
  );
  const exited = once(child, 'exit');
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`${program} ended with code ${child.exitCode}`);
    await elapsed(EVERY_MS);
  }
  const ms = performance.now() - began;
  child.kill('SIGTERM');
  await exited;
  return ms;
}

/** Any answer will do: what is not this server has no `/healthz`. */
async function answers(port: number): Promise<boolean> {
  const connection = new Connection(port);
  try {
    const { status } = await connection.send(requestOf(get('/healthz', ''), ''));
    return status < 500;
  } catch {
    return false;
  } finally {
    connection.close();
  }
}
