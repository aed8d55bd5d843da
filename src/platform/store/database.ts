import { Kysely, Migrator, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { Logger } from '../logger.js';
import { LibsqlDialect } from './libsql.js';
import { type Migrations, platformMigrations, renameReleasedMigrations } from './migrations/index.js';

/**
 * The store: one query builder over either engine. Each module names the tables it uses, such as `Store<ShopTables>`;
 * the platform cannot know those of a fork.
 */
// biome-ignore lint/suspicious/noExplicitAny: only `any` can be passed on as a store of any tables
export type Store<Tables = any> = Kysely<Tables>;

export interface StoreOptions {
  /** The migrations of a fork. They have a table of their own, so their names never meet those of the platform. */
  migrations?: Migrations;
  /** Told when a connection to PostgreSQL breaks; the next query opens another. */
  logger?: Logger;
}

// PostgreSQL answers 64-bit integers as text; all of ours are counts, cents or seconds and fit a number.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/**
 * Opens the database and brings its tables up to date. The caller ends it with `store.destroy()`.
 *
 * @param url `file:` with a path, or `postgres://user:password@host/name`
 * @throws when the database can't be opened or a migration fails; nothing of a failed migration stays.
 */
export async function openStore(url: string, { migrations = {}, logger }: StoreOptions = {}): Promise<Store> {
  let store: Store | undefined;
  try {
    store = connectStore(url, logger);
    await renameReleasedMigrations(store);
    for (const migrator of migrators(store, migrations)) {
      const { error } = await migrator.migrateToLatest();
      if (error !== undefined) throw error;
    }
    return store;
  } catch (error) {
    // Closing a half-open database fails too; report the first error.
    await store?.destroy().catch(() => {});
    throw new Error(`The database of DATABASE_URL cannot be opened: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Opens the database as it is; a file that does not exist is made. Otherwise like `openStore`. */
export function connectStore(url: string, logger?: Logger): Store {
  const dialect = url.startsWith('file:') ? new LibsqlDialect(url) : postgresDialect(url, logger);
  return new Kysely({ dialect });
}

/** How many migrations the tables have behind them, and how many they lack. Changes nothing. */
export async function migrationState(
  store: Store,
  migrations: Migrations,
): Promise<{ done: number; pending: number }> {
  const all = (
    await Promise.all(migrators(store, migrations).map((migrator) => migrator.getMigrations()))
  ).flat();
  const done = all.filter(({ executedAt }) => executedAt !== undefined).length;
  return { done, pending: all.length - done };
}

/** @throws when the database does not answer. */
export async function pingStore(store: Store): Promise<void> {
  await sql`select 1`.execute(store);
}

function postgresDialect(url: string, logger?: Logger): PostgresDialect {
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 5000 });
  // Without a listener a connection that breaks while idle would end the process.
  pool.on('error', (error) => logger?.warn({ err: error }, 'a database connection broke'));
  return new PostgresDialect({ pool });
}

/** The platform's first, since those of a fork may refer to its tables. */
function migrators(store: Store, migrations: Migrations): Migrator[] {
  return [
    new Migrator({ db: store, provider: { getMigrations: async () => platformMigrations } }),
    new Migrator({
      db: store,
      provider: { getMigrations: async () => migrations },
      migrationTableName: 'fork_migration',
      migrationLockTableName: 'fork_migration_lock',
      // The example's own later migrations may be merged into a fork that has gone on by then.
      allowUnorderedMigrations: true,
    }),
  ];
}
