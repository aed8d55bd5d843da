import type { Store } from '../database.js';
import { engineOf } from '../engine.js';
import type { Migrations } from '../migrations/index.js';
import { migrationNames } from '../migrations/records.js';
import { inSnapshot, inTransaction } from '../transaction.js';
import { type Copier, CopyError, type CopyTransaction, copyError, type Table, type Value } from './copier.js';
import { Fingerprint } from './fingerprint.js';
import { postgresCopier } from './postgres.js';
import { sqliteCopier } from './sqlite.js';
import { assertEmpty, contentTables, countMigratedRows, pairTables } from './tables.js';

/** A table that was copied. */
export type CopiedTable = { table: string; rows: number };

/** What to copy. */
export interface CopyOptions {
  /** The fork's migrations. Both databases must have run them. */
  migrations: Migrations;
  /** Names of tables to leave behind. */
  without?: string[];
}

/** Returns what a copy needs to know of the engine of a store. */
export function copierOf(store: Store): Copier {
  return engineOf(store).isFile ? sqliteCopier : postgresCopier;
}

/**
 * Copies all rows from one database into an empty one with the same tables, on either engine. The source is read as it is
 * at one moment, and may be in use. The target is written in one transaction, and read again before that is committed.
 *
 * @returns the tables with the numbers of their rows
 * @throws {CopyError} if something cannot be copied exactly; the target is then as it was
 */
export async function copyRows(
  source: Store,
  target: Store,
  { migrations, without = [] }: CopyOptions,
): Promise<CopiedTable[]> {
  const from = copierOf(source);
  const to = copierOf(target);
  const migrated = await countMigratedRows(migrations);
  return inSnapshot(source, async (reading) => {
    await from.prepare(reading);
    await assertSameMigrations(reading, target);
    return inTransaction(target, async (writing) => {
      await to.prepare(writing);
      const tables = await contentTables(to, writing);
      const pairs = pairTables(await contentTables(from, reading), tables, without, migrated);
      const resumeRules = await to.suspendRules(writing, tables);
      await assertEmpty(writing, tables, migrated);
      // A table that gets no rows keeps those of its migrations.
      const copied = new Set(pairs.map((pair) => pair.to.name));
      await to.clear(
        writing,
        tables.filter(({ name }) => copied.has(name) || !migrated.get(name)),
      );
      const written: Fingerprint[] = [];
      for (const pair of pairs) written.push(await copyTable(from, to, { reading, writing }, pair));
      const sources = pairs.map((pair) => pair.from);
      await to.setCounters(writing, tables, await from.readCounters(reading, sources));
      await resumeRules();
      for (const [index, pair] of pairs.entries()) {
        const stored = await fingerprint(to, writing, pair.to, pair.types);
        if (!written[index]?.equals(stored)) await reportDifference(from, to, { reading, writing }, pair);
      }
      return pairs.map((pair, index) => ({ table: pair.from.name, rows: written[index]?.rows ?? 0 }));
    });
  });
}

type Transactions = { reading: CopyTransaction; writing: CopyTransaction };
type Pair = ReturnType<typeof pairTables>[number];

async function copyTable(
  from: Copier,
  to: Copier,
  { reading, writing }: Transactions,
  pair: Pair,
): Promise<Fingerprint> {
  const read = new Fingerprint(pair.types);
  for await (const rows of pages(from, reading, pair.from)) {
    for (const row of rows) read.add(row);
    try {
      await to.insert(writing, pair.to, rows);
    } catch (error) {
      throw copyError(`${pair.to.name} cannot be written`, error);
    }
  }
  return read;
}

async function* pages(copier: Copier, transaction: CopyTransaction, table: Table): AsyncIterable<Value[][]> {
  try {
    yield* copier.read(transaction, table);
  } catch (error) {
    throw copyError(`${table.name} cannot be read`, error);
  }
}

async function fingerprint(
  copier: Copier,
  transaction: CopyTransaction,
  table: Table,
  types: (string | undefined)[],
): Promise<Fingerprint> {
  const result = new Fingerprint(types);
  for await (const rows of pages(copier, transaction, table)) for (const row of rows) result.add(row);
  return result;
}

/** Reads a table on both sides once more, to name the column. */
async function reportDifference(
  from: Copier,
  to: Copier,
  { reading, writing }: Transactions,
  { from: source, to: target, types }: Pair,
): Promise<never> {
  for (const [index, column] of source.columns.entries()) {
    const only = (table: Table) => ({ name: table.name, columns: table.columns.slice(index, index + 1) });
    const type = types.slice(index, index + 1);
    const read = await fingerprint(from, reading, only(source), type);
    const stored = await fingerprint(to, writing, only(target), type);
    if (read.equals(stored)) continue;
    throw new CopyError(
      `${source.name}.${column.name} has a value that the target cannot hold exactly: its column there is of another type`,
    );
  }
  throw new CopyError(`The rows of ${source.name} are not the same on both sides`);
}

async function assertSameMigrations(reading: CopyTransaction, target: Store): Promise<void> {
  const known = await migrationNames(target);
  const later = (await migrationNames(reading)).filter((name) => !known.includes(name));
  if (later.length === 0) return;
  throw new CopyError(
    `The source is from a later version, which has run ${later.join(', ')}. Use that version`,
  );
}
