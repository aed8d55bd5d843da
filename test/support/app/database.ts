import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { getCurrentTest } from 'vitest/suite';
import { sha256 } from '../../../src/platform/digest.js';
import { openStore, type Store } from '../../../src/platform/store/database.js';
import type { Migrations } from '../../../src/platform/store/migrations/index.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The PostgreSQL server of a project whose tests run on replicas. Not set where they run on the file. */
    postgres?: { direct: string; url: string };
  }
}

const postgres = inject('postgres');

/** Whether the servers of this run are replicas on PostgreSQL. Otherwise each is alone on a SQLite file. */
export const onReplicas = postgres !== undefined;

/** Many tests share one PostgreSQL server. */
const limits = { databasePoolSize: 4 };

/** Leaves the current test out where servers are replicas on PostgreSQL, for this reason. Call it first in the test. */
export function onlyOnFile(reason: string): void {
  if (onReplicas) getCurrentTest()?.context.skip(reason);
}

/** A new database with its tables. */
interface TestDatabase {
  url: string;
  remove: () => Promise<void>;
}

/** Makes a database on the engine of this run: an empty file, or a copy of a migrated database in PostgreSQL. */
export async function newDatabase(migrations: Migrations = {}): Promise<TestDatabase> {
  if (postgres === undefined) {
    const directory = await mkdtemp(join(tmpdir(), 'mcp-database-'));
    const remove = () => rm(directory, { recursive: true, force: true });
    return { url: `file:${join(directory, 'server.db')}`, remove };
  }
  const { direct, url } = postgres;
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`;
  await onServer(direct, async (server) => {
    const template = await templateFor(server, direct, migrations);
    await server.query(`create database ${name} template ${template}`);
  });
  const remove = () =>
    onServer(direct, async (server) => {
      await server.query(`drop database ${name} with (force)`);
    });
  return { url: inServer(url, name), remove };
}

/** Returns the name of a database with these migrations, from which others are copied. Makes it the first time. */
async function templateFor(server: pg.Client, direct: string, migrations: Migrations): Promise<string> {
  const name = `template_${sha256(Object.keys(migrations).join()).slice(0, 16).toLowerCase().replace(/\W/g, '_')}`;
  // Another worker may be making it.
  await server.query('select pg_advisory_lock(1)');
  const { rowCount } = await server.query('select from pg_database where datname = $1', [name]);
  if (rowCount === 0) {
    await server.query(`create database ${name}`);
    await (await openStore(inServer(direct, name), { migrations })).destroy();
  }
  await server.query('select pg_advisory_unlock(1)');
  return name;
}

async function onServer<T>(url: string, run: (server: pg.Client) => Promise<T>): Promise<T> {
  const server = new pg.Client({ connectionString: url });
  await server.connect();
  try {
    return await run(server);
  } finally {
    await server.end();
  }
}

function inServer(url: string, database: string): string {
  return Object.assign(new URL(url), { pathname: database }).href;
}

/** The databases that were opened here, so that others can open them too. */
const opened = new WeakMap<Store, { url: string; migrations: Migrations }>();

/** Opens a new database on the engine of this run, in memory instead of in a file. `destroy` also removes it. */
export async function openTestStore(migrations: Migrations = {}): Promise<Store> {
  return onReplicas ? openNewDatabase(migrations) : openStore('file::memory:', { migrations });
}

/** Opens a new database that others can open too. `destroy` also removes it. */
export async function openNewDatabase(migrations: Migrations = {}): Promise<Store> {
  const { url, remove } = await newDatabase(migrations);
  const store = await openStore(url, { migrations, limits });
  const destroy = store.destroy.bind(store);
  let removed: Promise<void> | undefined;
  store.destroy = async () => {
    await destroy();
    // Whoever shares the store may close it, too.
    removed ??= remove();
    await removed;
  };
  opened.set(store, { url, migrations });
  return store;
}

/**
 * Opens the database of another store once more, as a replica does. Close it before the other one. A store that a test has
 * wrapped is shared.
 */
export async function openAgain(store: Store): Promise<Store> {
  const found = opened.get(store);
  return found ? openStore(found.url, { migrations: found.migrations, limits }) : store;
}

/** Returns the address of the database of a store that `openNewDatabase` opened. */
export function urlOf(store: Store): string {
  const found = opened.get(store);
  if (found === undefined) throw new Error('This store was not opened by openNewDatabase');
  return found.url;
}
