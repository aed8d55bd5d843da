import { sql } from 'kysely';
import { openStore, type Store } from '../database.js';
import { CHANGES_TABLE } from '../file-changes.js';
import type { Migrations } from '../migrations/index.js';
import { isMigrationRecord } from '../migrations/records.js';
import { type Copier, CopyError, type CopyTransaction, type Table } from './copier.js';
import { sqliteCopier } from './sqlite.js';

/** Counts the rows of each table. */
async function countRows(transaction: CopyTransaction, tables: Table[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { name } of tables) {
    const { rows } = await sql<{ count: string }>`
      select cast(count(*) as text) as count from ${sql.id(name)}`.execute(transaction);
    counts.set(name, Number(rows[0]?.count));
  }
  return counts;
}

/** Lists the tables to copy. Leaves out the records of migrations, and those of changed resources. */
export async function contentTables(copier: Copier, transaction: CopyTransaction): Promise<Table[]> {
  const tables = await copier.listTables(transaction);
  return tables.filter(({ name }) => !isMigrationRecord(name) && name !== CHANGES_TABLE);
}

/**
 * Counts the rows that migrations put into tables, such as a list of categories. A database that holds no others counts
 * as empty. Finds none if the migrations run on PostgreSQL only.
 */
export async function countMigratedRows(migrations: Migrations): Promise<Map<string, number>> {
  let store: Store;
  try {
    store = await openStore('file::memory:', { migrations });
  } catch {
    return new Map();
  }
  try {
    return await countRows(store, await contentTables(sqliteCopier, store));
  } finally {
    await store.destroy();
  }
}

/** @throws {CopyError} if the target has rows besides those that migrations put there */
export async function assertEmpty(
  transaction: CopyTransaction,
  tables: Table[],
  migrated: Map<string, number>,
): Promise<void> {
  const counts = [...(await countRows(transaction, tables))];
  const filled = counts.filter(([name, rows]) => rows > 0 && rows !== migrated.get(name));
  if (filled.length === 0) return;
  const list = filled.map(([name, rows]) => `${name} (${rows})`).join(', ');
  throw new CopyError(`The target is not empty: it has rows in ${list}. Name a new, empty database`);
}

/**
 * Pairs the tables of the source with those of the target. The types are those of PostgreSQL, whichever side has them.
 *
 * @param left names of tables to leave behind
 * @param migrated the tables that migrations make on a file. One that the target has not is of use on a file only
 * @throws {CopyError} if the target has no place for something
 */
export function pairTables(
  source: Table[],
  target: Table[],
  left: string[],
  migrated: Map<string, number>,
): { from: Table; to: Table; types: (string | undefined)[] }[] {
  const unknown = left.find((name) => !source.some((table) => table.name === name));
  if (unknown !== undefined) throw new CopyError(`The source has no table ${unknown} to leave behind`);
  return source
    .filter(({ name }) => !left.includes(name))
    .filter(({ name }) => !migrated.has(name) || target.some((table) => table.name === name))
    .map((from) => {
      const there = target.find(({ name }) => name === from.name);
      if (!there || from.columns.length === 0) {
        throw new CopyError(
          `The source has a table ${from.name} ${there ? 'whose rows cannot be copied' : 'that no migration makes'}. Leave it behind with --without ${from.name}`,
        );
      }
      const columns = from.columns.map(({ name }) => {
        const column = there.columns.find((each) => each.name === name);
        if (column) return column;
        throw new CopyError(`The source has a column ${from.name}.${name} that the target does not have`);
      });
      const types = columns.map((column, index) => column.type ?? from.columns[index]?.type);
      return { from, to: { name: from.name, columns }, types };
    });
}
