import { Kysely, Migrator, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { Logger } from '../logger.js';
import { LibsqlDialect } from './libsql.js';
import { migrations } from './migrations/index.js';
import type { Database } from './schema.js';

/** The store: one query builder over either engine. */
export type Store = Kysely<Database>;

// PostgreSQL answers 64-bit integers as text; all of ours are counts, cents or seconds and fit a number.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/**
 * Opens the database and brings its tables up to date. The caller ends it with `store.destroy()`.
 *
 * @param url `file:` with a path, or `postgres://user:password@host/name`
 * @param logger told when a connection to PostgreSQL breaks; the next query opens another
 * @throws when the database can't be opened or a migration fails; nothing of a failed migration stays.
 */
export async function openStore(url: string, logger?: Logger): Promise<Store> {
  let store: Store | undefined;
  try {
    store = connectStore(url, logger);
    const { error } = await migrator(store).migrateToLatest();
    if (error !== undefined) throw error;
    return store;
  } catch (error) {
    // What is no database can't be closed in order either; the first failure says more.
    await store?.destroy().catch(() => {});
    throw new Error(`The database of DATABASE_URL cannot be opened: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Opens the database as it is; a file that does not exist is made. Otherwise like `openStore`. */
export function connectStore(url: string, logger?: Logger): Store {
  const dialect = url.startsWith('file:') ? new LibsqlDialect(url) : postgresDialect(url, logger);
  return new Kysely<Database>({ dialect });
}

/** How many migrations the tables have behind them, and how many they lack. Changes nothing. */
export async function migrationState(store: Store): Promise<{ done: number; pending: number }> {
  const all = await migrator(store).getMigrations();
  const done = all.filter(({ executedAt }) => executedAt !== undefined).length;
  return { done, pending: all.length - done };
}

/** @throws when the database does not answer. */
export async function pingStore(store: Store): Promise<void> {
  await sql`select 1`.execute(store);
}

/** The current time as the tables hold it: whole seconds since 1970. */
export function nowInSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

function postgresDialect(url: string, logger?: Logger): PostgresDialect {
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 5000 });
  // Without a listener a connection that breaks while idle would end the process.
  pool.on('error', (error) => logger?.warn({ err: error }, 'a database connection broke'));
  return new PostgresDialect({ pool });
}

function migrator(store: Store): Migrator {
  return new Migrator({ db: store, provider: { getMigrations: async () => migrations } });
}
