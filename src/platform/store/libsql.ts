import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
} from 'kysely';
import Libsql from 'libsql';

/** A database file that a second process may have open: WAL, durable commits, waiting instead of failing when busy. */
export class LibsqlDialect extends SqliteDialect {
  readonly #database: SqliteDatabase;

  /** @param url `file:` with a relative or absolute path, or `file:///absolute/path` */
  constructor(url: string) {
    const database = openFile(url);
    super({ database });
    this.#database = database;
  }

  override createDriver(): Driver {
    return new ImmediateDriver({ database: this.#database });
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalDdlAdapter();
  }
}

/** A deferred transaction that turns into a writer can fail at once with SQLITE_BUSY; an immediate one waits its turn. */
class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

/** Runs migrations inside one transaction, so that two processes starting on a new file do not both create tables. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** The path of a database file; `undefined` for one in memory and for other engines. */
export function databasePath(url: string): string | undefined {
  if (!url.startsWith('file:') || url === 'file::memory:') return undefined;
  return url.startsWith('file:///') ? fileURLToPath(url) : url.slice('file:'.length);
}

function openFile(url: string): SqliteDatabase {
  const path = databasePath(url);
  if (path !== undefined) createPrivately(path);
  const database = new Libsql(path ?? ':memory:');
  database.pragma('busy_timeout = 5000');
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  // Overwrites what is deleted or replaced, such as a private key that is now stored encrypted.
  database.pragma('secure_delete = ON');
  return withCachedStatements(database);
}

/** Creates the file before SQLite would, so that no moment exists in which others could read it. */
function createPrivately(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}

/** Preparing costs more than most of our statements, and never finalizing them avoids a crash known from libsql. */
function withCachedStatements(database: Libsql.Database): SqliteDatabase {
  const statements = new Map<string, ReturnType<SqliteDatabase['prepare']>>();
  return {
    close() {
      // Kept statements hold the file open, so SQLite would leave everything new beside it, in the log.
      try {
        database.pragma('wal_checkpoint(TRUNCATE)');
      } finally {
        database.close();
      }
    },
    prepare(sql) {
      let statement = statements.get(sql);
      if (statement === undefined) {
        statement = database.prepare(sql) as unknown as ReturnType<SqliteDatabase['prepare']>;
        statements.set(sql, statement);
      }
      return statement;
    },
  };
}
