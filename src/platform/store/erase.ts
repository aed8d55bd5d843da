import { SqliteAdapter, sql } from 'kysely';
import type { Store } from './database.js';

/**
 * Makes what was just deleted or replaced disappear from the files of SQLite, too: moves the log into the database,
 * where `secure_delete` overwrites, and empties it. Does nothing while others read, and on PostgreSQL.
 */
export async function eraseReplaced(store: Store): Promise<void> {
  if (!(store.getExecutor().adapter instanceof SqliteAdapter)) return;
  await sql`pragma wal_checkpoint(truncate)`.execute(store);
}
