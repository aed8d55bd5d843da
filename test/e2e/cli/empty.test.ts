import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cliFor, cliJson, cliOnNewDatabase } from '../../support/cli.js';

let database: Awaited<ReturnType<typeof cliOnNewDatabase>>;
beforeEach(async () => {
  database = await cliOnNewDatabase();
});
afterEach(() => database.remove());

describe('on a database that does not exist yet', () => {
  it.each(['user list', 'client list', 'grant list', 'token list', 'keys list'])(
    '%s is empty',
    async (command) => {
      expect(await database.cli(command)).toEqual({ code: 0, out: 'None.\n', err: '' });
      expect(await cliJson(database.cli, command)).toEqual([]);
    },
  );

  it.each([
    ['user passwd nobody', 'There is no user nobody'],
    ['user disable nobody', 'There is no user nobody'],
    ['user enable nobody', 'There is no user nobody'],
    ['client show nothing', 'There is no client nothing'],
    ['client delete nothing', 'There is no client nothing'],
    ['grant revoke', 'Say whose grants to end: --user, --client, or both'],
    ['grant revoke --user nobody', 'There are no such grants'],
    ['grant revoke --client nothing', 'There are no such grants'],
    ['token revoke nothing', 'There is no token nothing'],
  ])('%s says so in one line, exit code 1', async (command, message) => {
    expect(await database.cli(command, 'password')).toEqual({ code: 1, out: '', err: `${message}\n` });
  });

  it('every command that adds or changes something works', async () => {
    const { cli, directory } = database;
    const commands = [
      ['user add carol', 'a password'],
      ['client add --name App --redirect-uri https://app.example/callback'],
      ['client prune'],
      ['token create nexus'],
      ['keys rotate'],
      ['db migrate'],
      [`db backup ${join(directory, 'copy.db')}`],
    ] as const;
    for (const [command, input] of commands) expect((await cli(command, input)).code, command).toBe(0);
    expect((await stat(join(directory, 'copy.db'))).mode & 0o777).toBe(0o600);
    const states = (await cliJson<{ state: string }[]>(cli, 'keys list')).map(({ state }) => state);
    expect(states).toEqual(['next', 'current']);
  });
});

describe('the command line itself', () => {
  it.each([
    '',
    'user',
    'client',
    'grant',
    'token',
    'keys',
    'db',
    'user add',
    'client add',
    'token create',
    'keys rotate',
    'db backup',
  ])('%s --help explains itself', async (command) => {
    const { code, out, err } = await database.cli(`${command} --help`);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('Usage: cli');
  });

  it.each(['nonsense', 'user add', 'user list --nonsense', 'client add --name x'])(
    '%s is no command: exit code 2',
    async (command) => {
      const { code, err } = await database.cli(command);
      expect(code).toBe(2);
      expect(err).toMatch(/error: /);
    },
  );

  it('reports wrong settings as the server does', async () => {
    const { code, err } = await cliFor('mysql://host/db')('user list');
    expect(code).toBe(1);
    expect(err).toMatch(/DATABASE_URL is not valid/);
    expect(err).not.toMatch(/^\s+at /m);
  });
});
