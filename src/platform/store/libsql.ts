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

/** Opens a database file that several processes may share: WAL, durable commits, waiting instead of failing if busy. */
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

/** Begins immediate transactions. A deferred one can fail with SQLITE_BUSY at its first write; these wait in line. */
class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
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

function openFile(url: string): SqliteDatabase {
  const path = databasePath(url);
  if (path !== undefined) createPrivately(path);
  const database = new Libsql(path ?? ':memory:');
  database.pragma('busy_timeout = 5000');
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  // Overwrites deleted and replaced data, such as a private key that is now stored encrypted.
  database.pragma('secure_delete = ON');
  return withCachedStatements(database);
}

/** Creates the file before SQLite does, so that others can never read it, not even for a moment. */
function createPrivately(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}

/** Caches prepared statements. Preparing costs more than running most of them, and libsql can crash finalizing them. */
function withCachedStatements(database: Libsql.Database): SqliteDatabase {
  const statements = new Map<string, ReturnType<SqliteDatabase['prepare']>>();
  return {
    close() {
      // Cached statements keep the file open, so SQLite would leave recent changes in the log beside it.
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
