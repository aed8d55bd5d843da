import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import Libsql from 'libsql';
import type { Logger } from '../logger.js';
import { unavailable } from './faults.js';
import { prepareFiles } from './file-access.js';

/** An open database file. */
export interface SqliteFile extends SqliteDatabase {
  readonly inTransaction: boolean;
  /** @throws {UnavailableError} when what is at the path is not what was opened */
  assertInPlace: () => void;
}

/** How long opening and closing may wait for a lock, in milliseconds. It blocks, but nothing is served then. */
const LOCK_WAIT_MS = 5000;

/**
 * Opens a database that several processes may share: write-ahead log, durable commits. A lock of another process makes
 * statements fail at once; waiting is up to the driver.
 *
 * @param location a path, or `undefined` for a database in memory
 * @param logger is warned of files that other users of the machine can read
 * @throws when the files cannot be read and written, saying what to do
 */
export function openSqliteFile(location: string | undefined, logger?: Logger): SqliteFile {
  const path = location === undefined ? undefined : resolve(location);
  if (path !== undefined) prepareFiles(path, logger);
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
  const opened = identitiesOf(path);
  const isInPlace = () => identitiesOf(path) === opened;
  return {
    prepare: cachedStatements(database),
    get inTransaction() {
      return database.inTransaction;
    },
    assertInPlace() {
      if (isInPlace()) return;
      throw unavailable(
        'moved',
        new Error(`${path} or a file beside it is not the one that was opened. ${REMEDY}`),
      );
    },
    close() {
      // SQLite would delete the log at the path, which by now belongs to another database.
      if (!isInPlace()) return;
      try {
        // Cached statements keep the file open, so SQLite would leave recent changes in the log beside it.
        database.pragma(`busy_timeout = ${LOCK_WAIT_MS}`);
        database.pragma('wal_checkpoint(TRUNCATE)');
      } finally {
        database.close();
      }
    },
  };
}

const REMEDY = 'Nothing is written into a deleted file. Restart the server to use the file at this path';

/** Tells the files at a path from others that were there before or come after. Constant for a database in memory. */
function identitiesOf(path: string | undefined): string {
  if (path === undefined) return '';
  // Whoever removes the index removes the log, too. Each look costs a write some microseconds.
  return [path, `${path}-wal`]
    .map((file) => statSync(file, { throwIfNoEntry: false }))
    .map((stats) => (stats ? `${stats.dev}:${stats.ino}` : 'none'))
    .join();
}

/** Caches prepared statements. Preparing costs more than running most of them, and libsql can crash finalizing them. */
function cachedStatements(database: Libsql.Database): SqliteDatabase['prepare'] {
  const statements = new Map<string, SqliteStatement>();
  return (sql) => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      const prepared = database.prepare(sql) as unknown as SqliteStatement;
      const { reader } = prepared;
      statement = {
        reader,
        all: (parameters) => prepared.all(parameters),
        run: (parameters) => prepared.run(parameters),
        iterate: (parameters) => prepared.iterate(parameters),
      };
      statements.set(sql, statement);
    }
    return statement;
  };
}
