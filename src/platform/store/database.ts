import { Kysely, Migrator, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { Logger } from '../logger.js';
import { LibsqlDialect } from './libsql.js';
import { type Migrations, platformMigrations, renameReleasedMigrations } from './migrations/index.js';

/**
 * The database, behind one query builder for both engines. Each module names the tables it uses, such as
 * `Store<ShopTables>`, because the platform cannot know a fork's tables.
 */
// biome-ignore lint/suspicious/noExplicitAny: only `any` is assignable to a store of any tables
export type Store<Tables = any> = Kysely<Tables>;

export interface StoreOptions {
  /** A fork's migrations. They are recorded in their own table, so their names cannot clash with the platform's. */
  migrations?: Migrations;
  /** Logs broken PostgreSQL connections. The next query opens a new one. */
  logger?: Logger;
}

// The driver returns 64-bit integers as text. All of ours are counts, minor units or seconds, which fit a number.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/**
 * Opens the database and brings its tables up to date. The caller closes it with `store.destroy()`.
 *
 * @param url `file:` with a path, or `postgres://user:password@host/name`
 * @throws when the database cannot be opened or a migration fails; a failed migration is rolled back
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

/** Opens the database without running migrations. Creates the file if it does not exist. */
export function connectStore(url: string, logger?: Logger): Store {
  const dialect = url.startsWith('file:') ? new LibsqlDialect(url) : postgresDialect(url, logger);
  return new Kysely({ dialect });
}

/** Counts the migrations that have run and those that are pending. Changes nothing. */
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

/** Checks the connection to the database. @throws when it does not answer */
export async function pingStore(store: Store): Promise<void> {
  await sql`select 1`.execute(store);
}

function postgresDialect(url: string, logger?: Logger): PostgresDialect {
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 5000 });
  // Without a listener, an idle connection that breaks would end the process.
  pool.on('error', (error) => logger?.warn({ err: error }, 'a database connection broke'));
  return new PostgresDialect({ pool });
}

/** Returns the platform's migrator first, because a fork's migrations may refer to the platform's tables. */
function migrators(store: Store, migrations: Migrations): Migrator[] {
  return [
    new Migrator({ db: store, provider: { getMigrations: async () => platformMigrations } }),
    new Migrator({
      db: store,
      provider: { getMigrations: async () => migrations },
      migrationTableName: 'fork_migration',
      migrationLockTableName: 'fork_migration_lock',
      // Later migrations of the example may be merged into a fork that has added its own since.
      allowUnorderedMigrations: true,
    }),
  ];
}
