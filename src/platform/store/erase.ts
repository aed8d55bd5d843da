import { sql } from 'kysely';
import type { Store } from './database.js';
import { engineOf } from './engine.js';

/**
 * Erases deleted and replaced data from SQLite's files: moves the write-ahead log into the database, where
 * `secure_delete` overwrites the old data, and empties the log. Does nothing while others read, or on PostgreSQL.
 */
export async function eraseReplaced(store: Store): Promise<void> {
  if (!engineOf(store).isFile) return;
  await sql`pragma wal_checkpoint(truncate)`.execute(store);
}
