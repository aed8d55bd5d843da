import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { AccessMode, SqliteDatabase, SqliteStatement } from 'kysely';
import Libsql from 'libsql';
import type { Logger } from '../logger.js';
import { unavailable } from './faults.js';
import { prepareFiles } from './file-access.js';

interface Statement extends SqliteStatement {
  readonly writes: boolean;
  /** Returns a list with the first row, if there is one. Faster than `all`, which makes room for a hundred. */
  first: (parameters: readonly unknown[]) => unknown[];
}

/** An open database file. A lock of another process makes `begin` fail at once; waiting is up to the caller. */
export interface SqliteFile extends SqliteDatabase {
  prepare: (sql: string) => Statement;
  readonly inTransaction: boolean;
  /**
   * Takes the write lock, or with `read only` just keeps what it reads as it is. The latter locks nobody out.
   *
   * @throws {UnavailableError} when what is at the path is not what was opened
   */
  begin: (accessMode?: AccessMode) => void;
  commit: () => void;
  /** Does nothing when SQLite has rolled back by itself, as it does when the disk is full. */
  rollback: () => void;
}

/** How long opening and closing may wait for a lock, in milliseconds. It blocks, but nothing is served then. */
const LOCK_WAIT_MS = 5000;

/**
 * Opens a database that several processes may share: write-ahead log, durable commits.
 *
 * @param location a path, or `undefined` for a database in memory
 * @param logger is warned of files that other users of the machine can open
 * @throws when the files cannot be read and written, saying what to do
 */
export function openSqliteFile(location: string | undefined, logger?: Pick<Logger, 'warn'>): SqliteFile {
  const path = location === undefined ? undefined : resolve(location);
  // Whoever removes the index removes the log, too.
  const watched = path === undefined ? [] : [path, `${prepareFiles(path, logger)}-wal`];
  const database = new Libsql(path ?? ':memory:');
  database.pragma(`busy_timeout = ${LOCK_WAIT_MS}`);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  // Overwrites deleted and replaced data, such as a private key that is now stored encrypted.
  database.pragma('secure_delete = ON');
  // SQLite opens the files beside the database when it is first read.
  database.pragma('user_version');
  database.pragma('busy_timeout = 0');
  const opened = new Map(watched.map((file) => [file, identityOf(file)]));
  const isInPlace = (file: string) => identityOf(file) === opened.get(file);
  return {
    prepare: cachedStatements(database),
    get inTransaction() {
      return database.inTransaction;
    },
    begin(accessMode) {
      if (!watched.every(isInPlace)) throw unavailable('moved', new Error(`${path} ${MOVED}`));
      // Never a prepared statement: libsql leaves one that is refused open, and SQLite then keeps later writes of the
      // same connection from being committed, without an error.
      database.exec(accessMode === 'read only' ? 'begin deferred' : 'begin immediate');
    },
    commit: () => database.exec('commit'),
    rollback() {
      if (database.inTransaction) database.exec('rollback');
    },
    close() {
      try {
        // Cached statements keep the file open, so SQLite would leave recent changes in the log beside it. If the database
        // was replaced, the next start would write them into the new one.
        if (watched.slice(1).every(isInPlace)) {
          database.pragma(`busy_timeout = ${LOCK_WAIT_MS}`);
          database.pragma('wal_checkpoint(TRUNCATE)');
        }
      } finally {
        // SQLite would delete a log at the path that belongs to another database by now.
        if (watched.every(isInPlace)) database.close();
      }
    },
  };
}

const MOVED =
  'or the log beside it is not the file that was opened. Nothing is written to a deleted file: restart the server to use what is there';

/** Tells the file at a path from one that was there before or comes later. A look costs a write some microseconds. */
function identityOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats ? `${stats.dev}:${stats.ino}` : 'none';
}

/** Spaces and comments, which may come before a statement. */
const LEAD = /^(?:\s|--[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*/;

/** Statements that need the write lock. Others, such as `pragma` and `vacuum into`, may not run in a transaction. */
const WRITE =
  /^(insert|update|delete|replace|create|alter|drop|reindex|analyze|with\b.*\b(insert|update|delete|replace\s+into))\b/is;

/** Caches prepared statements. Preparing costs more than running most of them, and libsql can crash finalizing them. */
function cachedStatements(database: Libsql.Database): SqliteFile['prepare'] {
  const statements = new Map<string, Statement>();
  return (sql) => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      const prepared = database.prepare(sql) as unknown as SqliteStatement & {
        get(parameters: readonly unknown[]): Record<string, unknown> | undefined;
      };
      statement = {
        reader: prepared.reader,
        writes: WRITE.test(sql.replace(LEAD, '')),
        all: (parameters) => prepared.all(parameters),
        first(parameters) {
          const found = prepared.get(parameters);
          if (found === undefined) return [];
          // libsql adds how long it took.
          const { _metadata, ...row } = found;
          return [row];
        },
        run: (parameters) => prepared.run(parameters),
        iterate: (parameters) => prepared.iterate(parameters),
      };
      statements.set(sql, statement);
    }
    return statement;
  };
}
