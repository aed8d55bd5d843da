import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cliJson, cliOnNewDatabase } from '../../../support/programs/cli.js';
import { endWithTests } from '../../../support/programs/processes.js';
import { findProgram } from '../../../support/programs/requirements.js';
import { FIXTURE_PROGRAMS } from '../../../support/programs/server.js';

const script = findProgram('script', 'Tests of the password prompt are');

let database: Awaited<ReturnType<typeof cliOnNewDatabase>>;
beforeEach(async () => {
  database = await cliOnNewDatabase();
});
afterEach(() => database.remove());

/** Adds a user on a terminal. Types each answer as soon as its question is shown. */
async function addUserOnTerminal(answers: [question: string, typed: string][]) {
  const program = join(FIXTURE_PROGRAMS, 'commands/cli.js');
  const command = `"${process.execPath}" "${program}" user add carol`;
  const child = endWithTests(
    spawn(script ?? '', ['-qec', command, '/dev/null'], {
      cwd: database.directory,
      env: { PATH: process.env['PATH'], DATABASE_URL: database.url },
    }),
  );
  let shown = '';
  const rest = [...answers];
  child.stdout.on('data', (chunk) => {
    shown += chunk;
    const [next] = rest;
    if (next === undefined || !shown.endsWith(next[0])) return;
    rest.shift();
    child.stdin.write(next[1]);
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, shown };
}

describe.skipIf(script === undefined)('a password on a terminal', () => {
  it('is asked for twice and not shown', async () => {
    const { code, shown } = await addUserOnTerminal([
      ['Password: ', 'se cret\r'],
      ['Again: ', 'se cret\r'],
    ]);
    expect(shown).not.toContain('cret');
    expect(shown).toContain('Added carol.');
    expect(code).toBe(0);
  });

  it.each<[string, [string, string][], string]>([
    [
      'two that differ',
      [
        ['Password: ', 'one\r'],
        ['Again: ', 'two\r'],
      ],
      'The two passwords differ',
    ],
    ['Ctrl-D', [['Password: ', '\x04']], 'Cancelled'],
    ['Ctrl-C', [['Password: ', '\x03']], 'Cancelled'],
  ])('%s: refused in one line, exit code 1', async (_what, answers, message) => {
    const { code, shown } = await addUserOnTerminal(answers);
    expect(shown.trimEnd().split('\n').at(-1)).toBe(message);
    expect(code).toBe(1);
    expect(await cliJson(database.cli, 'user list')).toEqual([]);
  });
});
