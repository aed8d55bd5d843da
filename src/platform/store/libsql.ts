import { type Driver, SqliteAdapter, SqliteDialect } from 'kysely';
import type { Logger } from '../logger.js';
import { databasePath } from './location.js';
import { WaitingSqliteDriver } from './sqlite-driver.js';
import { openSqliteFile, type SqliteFile } from './sqlite-file.js';

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
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
