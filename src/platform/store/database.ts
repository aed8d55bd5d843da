import { Kysely, Migrator, SqliteAdapter, sql } from 'kysely';
import type { Logger } from '../logger.js';
import { unavailable } from './faults.js';
import { LibsqlDialect } from './libsql.js';
import { DEFAULT_LIMITS, type StoreLimits } from './limits.js';
import { isFile } from './location.js';
import { type Migrations, platformMigrations, renameReleasedMigrations } from './migrations/index.js';
import { FORK_RECORDS } from './migrations/records.js';
import { PoolDialect } from './postgres.js';

/**
 * The database, behind one query builder for both engines. Each module names the tables it uses, such as
 * `Store<ShopTables>`, because the platform cannot know a fork's tables.
 */
// biome-ignore lint/suspicious/noExplicitAny: only `any` is assignable to a store of any tables
export type Store<Tables = any> = Kysely<Tables>;

export interface StoreOptions {
  /** A fork's migrations. They are recorded in their own table, so their names cannot clash with the platform's. */
  migrations?: Migrations;
  /** Is warned of broken PostgreSQL connections, and of files that others can read. */
  logger?: Logger | undefined;
  /** Of PostgreSQL. The settings of a server have the same names; what is missing has its default. */
  limits?: Partial<StoreLimits>;
}

/**
 * Opens the database and brings its tables up to date. The caller closes it with `store.destroy()`.
 *
 * @param url `file:` with a path, or `postgres://user:password@host/name`
 * @throws when the database cannot be opened or a migration fails; a failed migration is rolled back
 */
export async function openStore(
  url: string,
  { migrations = {}, ...options }: StoreOptions = {},
): Promise<Store> {
  let store: Store | undefined;
  try {
    store = connectStore(url, options);
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
export function connectStore(url: string, { logger, limits }: Omit<StoreOptions, 'migrations'> = {}): Store {
  const dialect = isFile(url)
    ? new LibsqlDialect(url, logger)
    : new PoolDialect(url, { ...DEFAULT_LIMITS, ...limits }, logger);
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

/**
 * Checks that the database can be read and written, without changing anything.
 *
 * @throws {UnavailableError} when it cannot
 */
export async function pingStore(store: Store): Promise<void> {
  if (store.getExecutor().adapter instanceof SqliteAdapter) await rewriteHeader(store);
  else await assertNotReadOnly(store);
}

/** Writes the first page of the file as it is. This needs no table, and fails like any other write. */
async function rewriteHeader(store: Store): Promise<void> {
  await store.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ user_version: number }>`pragma user_version`.execute(transaction);
    await sql.raw(`pragma user_version = ${rows[0]?.user_version ?? 0}`).execute(transaction);
  });
}

/** A PostgreSQL server that has become a read-only replica answers, but refuses every write. */
async function assertNotReadOnly(store: Store): Promise<void> {
  const setting = sql<{ value: string }>`select current_setting('transaction_read_only') as value`;
  const { rows } = await setting.execute(store);
  if (rows[0]?.value === 'on') throw unavailable('readOnly', new Error('transaction_read_only is on'));
}

/** Returns the platform's migrator first, because a fork's migrations may refer to the platform's tables. */
function migrators(store: Store, migrations: Migrations): Migrator[] {
  return [
    new Migrator({ db: store, provider: { getMigrations: async () => platformMigrations } }),
    new Migrator({
      db: store,
      provider: { getMigrations: async () => migrations },
      ...FORK_RECORDS,
      // Later migrations of the example may be merged into a fork that has added its own since.
      allowUnorderedMigrations: true,
    }),
  ];
}
