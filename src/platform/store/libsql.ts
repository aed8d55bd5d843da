import { type Driver, type Kysely, SqliteAdapter, SqliteDialect, sql } from 'kysely';
import type { Logger } from '../logger.js';
import type { Engine, EngineAdapter } from './engine.js';
import { followFile, notifyOnFile } from './file-changes.js';
import { databasePath } from './location.js';
import { WaitingSqliteDriver } from './sqlite-driver.js';
import { openSqliteFile, type SqliteFile } from './sqlite-file.js';
import { inTransaction } from './transaction.js';

/** Opens a database file that several processes may share. */
export class LibsqlDialect extends SqliteDialect {
  readonly #file: SqliteFile;

  /** @param url `file:` with a relative or absolute path, or `file:///absolute/path` */
  constructor(url: string, logger?: Logger) {
    const file = openSqliteFile(databasePath(url), logger);
    super({ database: file });
    this.#file = file;
  }

  override createDriver(): Driver {
    return new WaitingSqliteDriver(this.#file);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalDdlAdapter();
  }
}

/** Runs migrations inside one transaction, so that two processes that start on a new file do not both create tables. */
class TransactionalDdlAdapter extends SqliteAdapter implements EngineAdapter {
  readonly engine = FILE;

  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

const FILE: Engine = {
  isFile: true,
  ping: async (store, mode) => {
    if (mode === 'write') await rewriteHeader(store);
    else await sql`select 1`.execute(store);
  },
  // A statement of SQLite is over before anything else runs.
  cancelQueries: () => {},
  notify: notifyOnFile,
  follow: followFile,
};

/** Writes the first page of the file as it is. This needs no table, and fails like any other write. */
async function rewriteHeader(store: Kysely<unknown>): Promise<void> {
  await inTransaction(store, async (transaction) => {
    const { rows } = await sql<{ user_version: number }>`pragma user_version`.execute(transaction);
    await sql.raw(`pragma user_version = ${rows[0]?.user_version ?? 0}`).execute(transaction);
  });
}
