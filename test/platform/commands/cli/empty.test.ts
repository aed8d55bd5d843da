import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Migrator } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectStore, migrationState, openStore } from '../../../../src/platform/store/database.js';
import { platformMigrations } from '../../../../src/platform/store/migrations/index.js';
import { cliFor, cliJson, cliOnNewDatabase } from '../../../support/programs/cli.js';
import fixture from '../../fixture/server.js';

let database: Awaited<ReturnType<typeof cliOnNewDatabase>>;
beforeEach(async () => {
  database = await cliOnNewDatabase();
});
afterEach(() => database.remove());

describe('where there is no database', () => {
  it.each([
    'user list',
    'user passwd carol',
    'user disable carol',
    'user enable carol',
    'client list',
    'client show x',
    'client delete x',
    'client prune',
    'grant list',
    'grant revoke --user carol',
    'token list',
    'token revoke x',
    'keys list',
    'keys rotate',
    'db backup copy.db',
  ])('%s says so, and creates none', async (command) => {
    const err = `There is no database at ${database.path}. Start the server once, or run: db migrate\n`;
    expect(await database.cli(command, 'password')).toEqual({ code: 1, out: '', err });
    expect(await readdir(database.directory)).toEqual([]);
  });

  it.each([
    ['db migrate', ''],
    ['user add carol', 'password'],
    ['client add --name App --redirect-uri https://app.example/callback', ''],
    ['token create nexus', ''],
  ])('%s, which may run before the first start, creates it', async (command, input) => {
    expect((await database.cli(command, input)).code).toBe(0);
    expect((await stat(database.path)).mode & 0o777).toBe(0o600);
  });
});

it('a database of an earlier version is left as it is, and can be backed up', async () => {
  const { cli, url, directory } = database;
  const store = await connectStore(url);
  const provider = { getMigrations: async () => platformMigrations };
  await new Migrator({ db: store, provider }).migrateTo('0002-oauth');
  const message = 'The database is from an earlier version. Start the server once, or run: db migrate\n';
  expect(await cli('user list')).toEqual({ code: 1, out: '', err: message });
  expect((await cli(`db backup ${join(directory, 'copy.db')}`)).code).toBe(0);
  expect(await migrationState(store, fixture.migrations)).toMatchObject({
    pending: Object.keys({ ...platformMigrations, ...fixture.migrations }).length - 2,
  });
  expect((await cli('db migrate')).code).toBe(0);
  expect(await migrationState(store, fixture.migrations)).toMatchObject({ pending: 0 });
  await store.destroy();
});

describe('on an empty database', () => {
  beforeEach(async () => (await openStore(database.url, { migrations: fixture.migrations })).destroy());

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
    ['grant revoke --user nobody', 'There are no matching grants'],
    ['grant revoke --client nothing', 'There are no matching grants'],
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
    '%s is not a command: exit code 2',
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
