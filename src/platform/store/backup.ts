import { closeSync, openSync, rmSync } from 'node:fs';
import { sql } from 'kysely';
import { copyDatabase } from './copy/copy-database.js';
import { connectStore } from './database.js';
import { isFile } from './location.js';
import type { Migrations } from './migrations/index.js';

/**
 * Writes a consistent copy of a database into a new SQLite file, even while others use it. Only its owner may read the
 * copy.
 *
 * @param url of a SQLite file, whose tables may be those of any version, or of PostgreSQL with those of this version
 * @throws when the file exists or cannot be written, or the database cannot be copied
 */
export async function backUp(url: string, path: string, migrations: Migrations): Promise<void> {
  closeSync(openSync(path, 'wx', 0o600));
  try {
    if (isFile(url)) await vacuumInto(url, path);
    else await copyDatabase({ from: url, to: `file:${path}`, migrations });
  } catch (error) {
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    throw error;
  }
}

async function vacuumInto(url: string, path: string): Promise<void> {
  const store = connectStore(url);
  try {
    // SQLite accepts an existing file as long as it is empty.
    await sql`vacuum into ${path}`.execute(store);
  } finally {
    await store.destroy();
  }
}
