import { rmSync } from 'node:fs';
import { connectStore, migrationState, openStore, type Store } from '../database.js';
import type { StoreLimits } from '../limits.js';
import { databasePath, describeDatabase, missingFile } from '../location.js';
import { inSnapshot } from '../transaction.js';
import { CopyError, copyError } from './copier.js';
import { type CopiedTable, type CopyOptions, copierOf, copyRows } from './copy.js';
import { assertEmpty, contentTables, countMigratedRows } from './tables.js';

/** Which databases to copy, and what of them. */
export interface DatabaseCopyOptions extends CopyOptions {
  /** The URL of the database to read. It must exist. */
  from: string;
  /** The URL of the database to write. It must be empty; a file need not exist. */
  to: string;
}

const DAY_MS = 86_400_000;

/** The limits of a server are for requests. Statements of a copy take as long as its tables are large. */
const COPY_LIMITS: Partial<StoreLimits> = {
  databaseStatementTimeoutMs: DAY_MS,
  databaseIdleTransactionTimeoutMs: DAY_MS,
};

/**
 * Copies a database into an empty one, on either engine.
 *
 * @returns the tables with the numbers of their rows
 * @throws {CopyError} if the source does not exist or is from another version, if the target is not empty, or if something
 *   cannot be copied exactly. Nothing was changed, except that the target may have got its tables
 */
export async function copyDatabase({ from, to, ...options }: DatabaseCopyOptions): Promise<CopiedTable[]> {
  const source = await openSource(from, options);
  try {
    const isNew = missingFile(to) !== undefined;
    if (!isNew) await assertUsable(source, to, options);
    try {
      return await fill(source, to, options);
    } catch (error) {
      // A later attempt, or a start of the server, would take what is left of it for a database.
      if (isNew) removeFiles(to);
      throw copyError('The copy failed', error);
    }
  } finally {
    await close(source);
  }
}

async function fill(source: Store, url: string, options: CopyOptions): Promise<CopiedTable[]> {
  const target = await open(url, 'target', () => openTarget(url, options));
  let tables: CopiedTable[];
  try {
    tables = await copyRows(source, target, options);
  } catch (error) {
    await close(target);
    throw error;
  }
  // Moves the rows of a file from its log into the file itself. A backup without them would be empty.
  await target.destroy();
  return tables;
}

async function openSource(url: string, { migrations }: CopyOptions): Promise<Store> {
  const missing = missingFile(url);
  if (missing !== undefined) throw new CopyError(`The source cannot be opened: there is no file ${missing}`);
  const source = await open(url, 'source', () => connectStore(url, { limits: COPY_LIMITS }));
  try {
    const { done, pending } = await open(url, 'source', () => migrationState(source, migrations));
    if (done === 0) throw new CopyError(`The source (${describeDatabase(url)}) has no tables of this server`);
    if (pending === 0) return source;
    throw new CopyError(
      `The source is from an earlier version. Start the server on it once, or run db migrate with its address in DATABASE_URL`,
    );
  } catch (error) {
    await close(source);
    throw error;
  }
}

/** Looks at a target before its tables are brought up to date, which would change the database of something else. */
async function assertUsable(source: Store, url: string, { migrations }: CopyOptions): Promise<void> {
  await open(url, 'target', async () => {
    const target = await connectStore(url, { limits: COPY_LIMITS });
    try {
      if ((await identity(source)) === (await identity(target))) {
        throw new CopyError('The source and the target are the same database');
      }
      const copier = copierOf(target);
      const migrated = await countMigratedRows(migrations);
      await inSnapshot(target, async (transaction) => {
        await assertEmpty(transaction, await contentTables(copier, transaction), migrated);
      });
    } finally {
      await close(target);
    }
  });
}

/** Brings the tables up to date. The error speaks of DATABASE_URL, which may name another database. */
function openTarget(url: string, { migrations }: CopyOptions): Promise<Store> {
  return openStore(url, { migrations, limits: COPY_LIMITS }).catch((error: Error) => {
    throw error.cause ?? error;
  });
}

function identity(store: Store): Promise<string> {
  return store.connection().execute((connection) => copierOf(store).identify(connection));
}

/** Adds to an error of opening which database it was. Its URL has the password, so it is never shown. */
async function open<T>(url: string, which: 'source' | 'target', run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw copyError(`The ${which} (${describeDatabase(url)}) cannot be opened`, error);
  }
}

async function close(store: Store): Promise<void> {
  await store.destroy().catch(() => {});
}

function removeFiles(url: string): void {
  const path = databasePath(url);
  if (path === undefined) return;
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
}
