import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultQueryCompiler, type Kysely, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectStore, openStore, type Store } from '../../../src/platform/store/database.js';
import { type Migrations, platformMigrations } from '../../../src/platform/store/migrations/index.js';
import { endWithTests } from '../../support/programs/processes.js';
import { type ReleasedDatabase, releasedEngines } from '../../support/programs/released.js';

/** Makes a migration that fails when it runs twice, and adds a row that must not get lost. */
const creatingTable = (table: string) => ({
  async up(db: Kysely<unknown>) {
    await db.schema.createTable(table).addColumn('name', 'text').execute();
    await sql`insert into ${sql.table(table)} values ('kept')`.execute(db);
  },
});
const names = async (store: Store, table: string) =>
  (await store.selectFrom(table).select('name').orderBy('name').execute()).map((row) => row['name']);
const released = ['0001-secrets', '0002-oauth', '0003-service-tokens'];
const known = Object.keys(platformMigrations);

it('the released migrations are still the first ones', () => {
  expect(known.slice(0, released.length)).toEqual(released);
  expect(known).toEqual(known.toSorted());
});

describe('migrations of a fork', () => {
  let directory: string;
  let url: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mcp-migrations-'));
    url = `file:${join(directory, 'server.db')}`;
  });
  afterEach(async () => {
    delete platformMigrations['9000-account-locks'];
    await rm(directory, { recursive: true, force: true });
  });
  const open = (migrations: Migrations) => openStore(url, { migrations });

  it('run beside a later one of the platform whose name sorts before theirs', async () => {
    const appointments = { '9000-appointments': creatingTable('appointments') };
    await (await open(appointments)).destroy();
    platformMigrations['9000-account-locks'] = creatingTable('account_locks');
    const store = await open(appointments);
    expect(await names(store, 'appointments')).toEqual(['kept']);
    expect(await names(store, 'account_locks')).toEqual(['kept']);
    expect(await names(store, 'kysely_migration')).toEqual([...known, '9000-account-locks']);
    expect(await names(store, 'fork_migration')).toEqual(['9000-appointments']);
    await store.destroy();
  });

  it('may share a name with one of the platform', async () => {
    const store = await open({ '0002-oauth': creatingTable('appointments') });
    expect(await names(store, 'appointments')).toEqual(['kept']);
    await store.destroy();
  });

  it('may come in an order of their own, such as those of the example after a merge', async () => {
    await (await open({ 'clinic-0001': creatingTable('appointments') })).destroy();
    const store = await open({
      'accounts-0002': creatingTable('locks'),
      'clinic-0001': creatingTable('appointments'),
    });
    expect(await names(store, 'fork_migration')).toEqual(['accounts-0002', 'clinic-0001']);
    await store.destroy();
  });

  it('are looked up in one statement by a start that has none to run, and run when there are some', async () => {
    const appointments = { '0001-appointments': creatingTable('appointments') };
    await (await open(appointments)).destroy();
    const statements = vi.spyOn(DefaultQueryCompiler.prototype, 'compileQuery');
    try {
      await (await open(appointments)).destroy();
      expect(statements).toHaveBeenCalledOnce();
      const more = await open({ ...appointments, '0002-locks': creatingTable('locks') });
      expect(await names(more, 'fork_migration')).toEqual(['0001-appointments', '0002-locks']);
      await more.destroy();
    } finally {
      statements.mockRestore();
    }
  });

  it('that this version does not know stop its start', async () => {
    await (await open({ '0001-appointments': creatingTable('appointments') })).destroy();
    await expect(open({})).rejects.toThrow(/corrupted migrations/);
  });

  it('that fail leave nothing behind, and the start says so', async () => {
    const failing = {
      async up(db: Kysely<unknown>) {
        await creatingTable('half').up(db);
        throw new Error('no such luck');
      },
    };
    await expect(open({ '0001-half': failing })).rejects.toThrow(/cannot be opened: no such luck/);
    const store = await open({});
    const tables = (await store.introspection.getTables()).map(({ name }) => name);
    expect(tables).not.toContain('half');
    await store.destroy();
  });
});

describe.each(releasedEngines)('the database of version 1.0.0 as %s', (_engine, copy, isThere) => {
  let database: ReleasedDatabase;
  beforeEach(async () => {
    if (isThere) database = await copy();
  });
  afterEach(async () => {
    if (isThere) await database.remove();
  });

  it.skipIf(!isThere)('is opened by three processes at once, with migrations of a fork', async () => {
    const script = join(import.meta.dirname, '../../support/programs/opener.ts');
    const openers = [1, 2, 3].map(() => {
      const process_ = endWithTests(
        spawn(process.execPath, ['--import', 'tsx', script, database.url], {
          stdio: ['pipe', 'pipe', 'inherit'],
        }),
      );
      return { process: process_, exited: once(process_, 'exit') };
    });
    await Promise.all(openers.map((opener) => once(opener.process.stdout, 'data')));
    for (const opener of openers) opener.process.stdin.write('go');
    expect(await Promise.all(openers.map(({ exited }) => exited))).toEqual([
      [0, null],
      [0, null],
      [0, null],
    ]);
    const store = await connectStore(database.url);
    expect(await names(store, 'kysely_migration')).toEqual(known);
    expect(await names(store, 'fork_migration')).toEqual(['0004-appointments']);
    expect(await names(store, 'appointments')).toEqual(['kept']);
    expect(await names(store, 'server_secrets')).toContain('refresh-token-successor');
    await store.destroy();
  });

  it.skipIf(!isThere)('keeps the times at which its migrations ran', async () => {
    const times = (store: Store) =>
      store.selectFrom('kysely_migration').select('timestamp').orderBy('timestamp').execute();
    const before = await connectStore(database.url);
    const recorded = await times(before);
    await before.destroy();
    const store = await openStore(database.url);
    expect((await times(store)).slice(0, released.length)).toEqual(recorded);
    await store.destroy();
  });
});
