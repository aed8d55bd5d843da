import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bench } from '../../../bench/bench.js';
import { checkMessage } from '../../../bench/first-answer.js';
import { calls } from '../../../bench/groups/calls.js';
import { startGenerator } from '../../../bench/load/start-generator.js';
import { endWithTests } from '../../support/programs/processes.js';

const root = join(import.meta.dirname, '../../..');
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcp-bench-test-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it('measures every call of this server beside plain Express', async () => {
  const generator = startGenerator();
  const bench: Bench = {
    pace: { rounds: 1, warmUp: 50, leadIn: 10, windowMs: 100, starts: 1, memory: { from: 1, to: 2 } },
    generator,
    directory,
    say: () => {},
    skip: () => {},
  };
  const { rows } = await calls(bench);
  await generator.stop();
  expect(rows.map(({ name }) => name)).toEqual([
    'plain Express',
    'service token, 2026-07-28',
    'user token, 2026-07-28',
    'service token, 2025-11-25',
    'user token, 2025-11-25',
  ]);
  for (const { callsPerSecond } of rows) expect(callsPerSecond[0]).toBeGreaterThan(0);
});

it('leaves nothing behind when it is interrupted', async () => {
  const tsx = import.meta.resolve('tsx');
  const bench = endWithTests(
    spawn(process.execPath, ['--import', tsx, 'bench/main.ts', '--only', 'calls'], {
      cwd: root,
      env: { PATH: process.env['PATH'], TMPDIR: directory },
    }),
  );
  await once(bench.stderr, 'data');
  expect(readdirSync(directory).filter((name) => name.startsWith('mcp-bench-'))).toHaveLength(1);
  bench.kill('SIGINT');
  expect(await once(bench, 'exit')).toEqual([1, null]);
  expect(readdirSync(directory).filter((name) => name.startsWith('mcp-bench-'))).toEqual([]);
});

describe('the first answer of a server', () => {
  const message = (result: object) => JSON.stringify({ jsonrpc: '2.0', id: 1, result });
  const rolled = { content: [{ type: 'text', text: '{"sides":6}' }], structuredContent: { sides: 6 } };

  it.each([
    ['a right one', message(rolled)],
    ['a right one in an event stream', `event: message\ndata: ${message(rolled)}\n\n`],
  ])('may be %s', (_what, body) => {
    expect(() => checkMessage({ status: 200, body })).not.toThrow();
  });

  it.each([
    ['that of another request', message(rolled).replace('"id":1', '"id":2')],
    ['an error', JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: -32603, message: 'no' } })],
    ['a failed tool', message({ ...rolled, isError: true })],
    ['one whose text says something else', message({ ...rolled, structuredContent: { sides: 7 } })],
  ])('must not be %s', (_what, body) => {
    expect(() => checkMessage({ status: 200, body })).toThrow('Wrong answer');
  });
});

it.each(['fastmcp', 'mcp-use'])('the lockfile of %s names no registry but that of npm', (folder) => {
  const text = readFileSync(join(root, 'bench/peers', folder, 'package-lock.json'), 'utf8');
  const { packages } = JSON.parse(text) as { packages: Record<string, { resolved?: string }> };
  const places = Object.values(packages).flatMap(({ resolved }) => resolved ?? []);
  expect(Object.keys(packages).length).toBeGreaterThan(1);
  expect(places.filter((place) => !place.startsWith('https://registry.npmjs.org/'))).toEqual([]);
});
