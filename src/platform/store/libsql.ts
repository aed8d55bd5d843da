import { fileURLToPath } from 'node:url';
import { type Driver, SqliteAdapter, SqliteDialect } from 'kysely';
import type { Logger } from '../logger.js';
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

/** Returns the path of a database file, or `undefined` for an in-memory database or another engine. */
export function databasePath(url: string): string | undefined {
  if (!url.startsWith('file:') || url === 'file::memory:') return undefined;
  return url.startsWith('file:///') ? fileURLToPath(url) : url.slice('file:'.length);
}
