import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endWithTests } from '../../support/programs/processes.js';

const root = join(import.meta.dirname, '../../..');
const VITEST = join(root, 'node_modules/vitest/vitest.mjs');
const CONFIG = join(root, 'test/support/programs/abandoning.config.ts');

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mcp-abandoned-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function isRunning(pid: number): boolean {
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
  return stat !== '' && !/\) Z /.test(stat);
}

describe.skipIf(!existsSync('/proc/self/stat'))('programs that a test never stops', () => {
  it.each(['fails', 'times out', 'is interrupted', 'is terminated', 'is killed'])(
    'end with a run that %s',
    async (how) => {
      const started = join(directory, how);
      const run = endWithTests(
        spawn(process.execPath, [VITEST, 'run', '--root', root, '--config', CONFIG], {
          env: { ...process.env, ABANDON: how, STARTED: started },
          stdio: ['ignore', 'pipe', 'pipe'],
        }),
        'SIGTERM',
      );
      let output = '';
      const collect = (chunk: Buffer) => {
        output += chunk;
      };
      run.stdout.on('data', collect);
      run.stderr.on('data', collect);
      const ended = once(run, 'exit');
      await expect.poll(() => existsSync(started) || run.exitCode !== null, { timeout: 100_000 }).toBe(true);
      expect(existsSync(started), output).toBe(true);
      const programs = JSON.parse(readFileSync(started, 'utf8')) as number[];
      expect(programs.length).toBeGreaterThan(0);
      if (how === 'is interrupted') run.kill('SIGINT');
      if (how === 'is terminated') run.kill('SIGTERM');
      if (how === 'is killed') run.kill('SIGKILL');
      await ended;
      await expect.poll(() => programs.filter(isRunning), { timeout: 20_000 }).toEqual([]);
    },
    180_000,
  );
});
