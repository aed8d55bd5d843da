import { closeSync, openSync, renameSync, rmSync } from 'node:fs';
import { sql } from 'kysely';
import { copyDatabase } from './copy/copy-database.js';
import { connectStore } from './database.js';
import { isFile } from './location.js';
import type { Migrations } from './migrations/index.js';

/**
 * Writes a consistent copy of a database into a new SQLite file, even while others use it. Only its owner may read the
 * copy. The file is empty until the copy is complete.
 *
 * @param url of a SQLite file, whose tables may be those of any version, or of PostgreSQL with those of this version
 * @throws when the file exists or cannot be written, or the database cannot be copied
 */
export async function backUp(url: string, path: string, migrations: Migrations): Promise<void> {
  create(path);
  // Nobody is to take half a copy for a backup, as what a killed process leaves behind would be.
  const part = `${path}.part`;
  try {
    remove(part);
    if (isFile(url)) await vacuumInto(url, part);
    else await copyDatabase({ from: url, to: `file:${part}`, migrations });
    renameSync(part, path);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    remove(part);
  }
}

async function vacuumInto(url: string, path: string): Promise<void> {
  // SQLite accepts an existing file as long as it is empty.
  create(path);
  const store = await connectStore(url);
  try {
    await sql`vacuum into ${path}`.execute(store);
  } finally {
    await store.destroy();
  }
}

function create(path: string): void {
  closeSync(openSync(path, 'wx', 0o600));
}

function remove(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
}
