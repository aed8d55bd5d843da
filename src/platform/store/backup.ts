import { closeSync, openSync, rmSync } from 'node:fs';
import { sql } from 'kysely';
import type { Store } from './database.js';

/**
 * Writes a consistent copy of a SQLite database, even while others use it. Only its owner may read the copy.
 *
 * @throws when the file exists or cannot be written
 */
export async function backUpFile(store: Store, path: string): Promise<void> {
  closeSync(openSync(path, 'wx', 0o600));
  try {
    // SQLite accepts an existing file as long as it is empty.
    await sql`vacuum into ${path}`.execute(store);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}
