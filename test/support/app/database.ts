import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KyselyPlugin } from 'kysely';
import pg from 'pg';
import { inject, TestRunner } from 'vitest';
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

/** Many tests share one PostgreSQL server, and a busy machine. */
const limits = { databasePoolSize: 5, databaseConnectTimeoutMs: 60_000 };

/** Leaves the current test out where servers are replicas on PostgreSQL, for this reason. Call it first in the test. */
export function onlyOnFile(reason: string): void {
  if (onReplicas) TestRunner.getCurrentTest()?.context.skip(reason);
}

interface TestDatabase {
  url: string;
  /** The address without a pooler. */
  direct: string;
  remove: () => Promise<void>;
}

/** Makes a database on the engine of this run: an empty file, or a copy of a migrated database in PostgreSQL. */
async function newDatabase(migrations: Migrations = {}): Promise<TestDatabase> {
  if (postgres === undefined) {
    const directory = await mkdtemp(join(tmpdir(), 'mcp-database-'));
    const remove = () => rm(directory, { recursive: true, force: true });
    const url = `file:${join(directory, 'server.db')}`;
    return { url, direct: url, remove };
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
  return { url: inServer(url, name), direct: inServer(direct, name), remove };
}

/** Returns the name of a database with these migrations, from which others are copied. Makes it the first time. */
async function templateFor(server: pg.Client, direct: string, migrations: Migrations): Promise<string> {
  const name = `template_${createHash('sha256').update(Object.keys(migrations).join()).digest('hex').slice(0, 16)}`;
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
const opened = new WeakMap<Store, Opened>();

interface Opened {
  url: string;
  direct: string;
  migrations: Migrations;
  plugins: KyselyPlugin[];
}

/** Opens a new database on the engine of this run, in memory instead of in a file. `destroy` also removes it. */
export async function openTestStore(migrations: Migrations = {}): Promise<Store> {
  return onReplicas ? openNewDatabase(migrations) : openStore('file::memory:', { migrations });
}

/** Opens a new database that others can open too. `destroy` also removes it. */
export async function openNewDatabase(migrations: Migrations = {}): Promise<Store> {
  const { url, direct, remove } = await newDatabase(migrations);
  const store = await openStore(url, { migrations, limits });
  const destroy = store.destroy.bind(store);
  let removed: Promise<void> | undefined;
  store.destroy = async () => {
    await destroy();
    // Whoever shares the store may close it, too.
    removed ??= remove();
    await removed;
  };
  opened.set(store, { url, direct, migrations, plugins: [] });
  return store;
}

/** Adds a plugin to a store, and to those that replicas open. Returns a store on the same connections. */
export function extend(store: Store, plugin: KyselyPlugin): Store {
  const found = opened.get(store);
  const extended = Object.assign(store.withPlugin(plugin), { destroy: store.destroy.bind(store) });
  if (found) opened.set(extended, { ...found, plugins: [...found.plugins, plugin] });
  return extended;
}

/**
 * Opens the database of another store once more, as a replica does. Close it before the other one. A store that a test has
 * made by itself is shared.
 */
export async function openAgain(store: Store): Promise<Store> {
  const found = opened.get(store);
  if (found === undefined) return store;
  const { url, migrations, plugins } = found;
  const replica: Store = await openStore(url, { migrations, limits });
  return plugins.reduce((extended, plugin) => extended.withPlugin(plugin), replica);
}

/** Returns the address of the database of a store that `openNewDatabase` opened. */
export function urlOf(store: Store): string {
  const found = opened.get(store);
  if (found === undefined) throw new Error('This store was not opened by openNewDatabase');
  return found.url;
}

/** Returns the settings of a replica, for the connection that cannot go through a pooler. */
export function replicaSettings(store: Store): Record<string, string> {
  const found = opened.get(store);
  return found ? { DATABASE_LISTEN_URL: found.direct } : {};
}
