import { type Dialect, Kysely, Migrator } from 'kysely';
import { UnavailableError } from '../http/errors.js';
import type { Logger } from '../logger.js';
import { engineOf } from './engine.js';
import { DEFAULT_LIMITS, type StoreLimits } from './limits.js';
import { isFile } from './location.js';
import { type Migrations, platformMigrations, renameReleasedMigrations } from './migrations/index.js';
import { FORK_RECORDS, hasRunExactly } from './migrations/records.js';
import { tlsRemedy } from './tls-faults.js';

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
  /** Closes the database, also while it is being opened. */
  signal?: AbortSignal;
}

/**
 * Opens the database and brings its tables up to date. The caller closes it with `store.destroy()`.
 *
 * @param url `file:` with a path, or `postgres://user:password@host/name`
 * @throws when the database cannot be opened or a migration fails; a failed migration is rolled back
 */
export async function openStore(
  url: string,
  { migrations = {}, signal, ...options }: StoreOptions = {},
): Promise<Store> {
  let store: Store | undefined;
  signal?.addEventListener('abort', () => void store?.destroy().catch(() => {}));
  try {
    store = await connectStore(url, options);
    signal?.throwIfAborted();
    // Almost every start ends here. The migrator would send some twenty statements and take its lock.
    if (await hasRunExactly(store, platformMigrations, migrations)) return store;
    await renameReleasedMigrations(store);
    for (const migrator of migrators(store, migrations)) {
      const { error } = await migrator.migrateToLatest();
      if (error !== undefined) throw error;
    }
    return store;
  } catch (error) {
    // Closing a half-open database fails too; report the first error.
    await store?.destroy().catch(() => {});
    throw new Error(`The database of DATABASE_URL cannot be opened: ${describe(error)}`, { cause: error });
  }
}

/** Adds what the driver said, such as which address refuses connections. Only the operator is to know that. */
function describe(error: unknown): string {
  const { message, cause } = error as Error;
  if (!(error instanceof UnavailableError) || !(cause instanceof Error)) return message;
  // A refused connection to a host with several addresses has a code and no message.
  const reason = cause.message || (cause as NodeJS.ErrnoException).code;
  const remedy = tlsRemedy(cause);
  return `${message} (${reason})${remedy === undefined ? '' : `: ${remedy}`}`;
}

/** Opens the database without running migrations. Creates the file if it does not exist. */
export async function connectStore(
  url: string,
  options: Pick<StoreOptions, 'logger' | 'limits'> = {},
): Promise<Store> {
  return new Kysely({ dialect: await loadDialect(url, options) });
}

/** Loads the client of the engine that is used, and not that of the other one. */
async function loadDialect(
  url: string,
  { logger, limits }: Pick<StoreOptions, 'logger' | 'limits'>,
): Promise<Dialect> {
  if (isFile(url)) {
    const { LibsqlDialect } = await import('./libsql.js');
    return new LibsqlDialect(url, logger);
  }
  const { PoolDialect } = await import('./postgres.js');
  return new PoolDialect(url, { ...DEFAULT_LIMITS, ...limits }, logger);
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
 * Checks that the database can be read and, unless told otherwise, written. Changes nothing.
 *
 * @throws {UnavailableError} when it cannot
 */
export function pingStore(store: Store, mode: 'read' | 'write' = 'write'): Promise<void> {
  return engineOf(store).ping(store, mode);
}

/** Ends the queries in flight and refuses further ones, before a stop. Their callers get an `UnavailableError`. */
export function cancelQueries(store: Store): void {
  engineOf(store).cancelQueries();
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
