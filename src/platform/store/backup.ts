import { closeSync, openSync, rmSync } from 'node:fs';
import { sql } from 'kysely';
import type { Store } from './database.js';

/**
 * Writes a copy of a SQLite database as it is at this moment, while others use it. Only its owner may read the copy.
 *
 * @throws when the file exists or can't be written
 */
export async function backUpFile(store: Store, path: string): Promise<void> {
  closeSync(openSync(path, 'wx', 0o600));
  try {
    // SQLite accepts a file that exists as long as it is empty.
    await sql`vacuum into ${path}`.execute(store);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}
