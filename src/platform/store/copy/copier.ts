import type { Kysely } from 'kysely';

/** A value on its way between two databases: one of SQLite's storage classes, exactly. */
export type Value = null | bigint | number | string | Uint8Array;

/** A column, without those that the database computes by itself. */
export interface Column {
  name: string;
  /** The type as PostgreSQL calls it, without its length. Columns of SQLite have none: any value may be in them. */
  type?: string;
}

/** A table, with the columns that a copy fills. */
export interface Table {
  name: string;
  columns: Column[];
}

/** The last number given out by each counter of identity columns, by `table.column`, or by its own name. */
export type Counters = Map<string, bigint>;

/** One of the two databases of a copy, in the transaction that it is read or written in. */
// biome-ignore lint/suspicious/noExplicitAny: a copy knows no table
export type CopyTransaction = Kysely<any>;

/** What a copy needs to know of an engine. */
export interface Copier {
  /** Prepares a transaction for reading values exactly. */
  prepare: (transaction: CopyTransaction) => Promise<void>;
  /** Tells one database from another, whatever it is called. */
  identify: (transaction: CopyTransaction) => Promise<string>;
  /** Lists the tables in the order of their names. Leaves out views, and what belongs to extensions. */
  listTables: (transaction: CopyTransaction) => Promise<Table[]>;
  /** Reads a table, some rows at a time. Each row has its values in the order of the columns. */
  read: (transaction: CopyTransaction, table: Table) => AsyncIterable<Value[][]>;
  /** Adds rows. @throws {CopyError} naming the column, if a value is not one that it takes */
  insert: (transaction: CopyTransaction, table: Table, rows: Value[][]) => Promise<void>;
  /** Deletes all rows, in whatever way they refer to each other. */
  clear: (transaction: CopyTransaction, tables: Table[]) => Promise<void>;
  readCounters: (transaction: CopyTransaction, tables: Table[]) => Promise<Counters>;
  /** Sets counters so that they go on after those of the other database, and after the rows that are there. */
  setCounters: (transaction: CopyTransaction, tables: Table[], counters: Counters) => Promise<void>;
  /**
   * Locks tables, and puts off what would act on rows one by one: foreign keys and triggers.
   *
   * @returns what checks the foreign keys, and puts everything back
   */
  suspendRules: (transaction: CopyTransaction, tables: Table[]) => Promise<() => Promise<void>>;
}

/** A copy that was refused or failed. Nothing was changed. The message is for the operator, without passwords. */
export class CopyError extends Error {}

/** Returns the error itself if it is meant for the operator, else one that says what failed and why. */
export function copyError(what: string, error: unknown): CopyError {
  if (error instanceof CopyError) return error;
  return new CopyError(`${what}: ${reasonOf(error)}`, { cause: error });
}

/** Returns why something failed. Behind a general message is the one of the driver or the system. */
export function reasonOf(error: unknown): string {
  const { message, code, cause, detail, errors } = error as Error & {
    code?: unknown;
    detail?: string;
    errors?: unknown[];
  };
  if (cause !== undefined) return `${message} (${reasonOf(cause)})`;
  // A host with several addresses has an error for each, and none of its own.
  if (errors?.[0] !== undefined) return reasonOf(errors[0]);
  const reason = message || String(code);
  // Other details show whole rows, in which there may be keys.
  return detail?.startsWith('Key (') ? `${reason}: ${detail}` : reason;
}

/** How many rows to read at once, so that they fit into memory whatever their size. */
export class PageSize {
  rows = 10;

  /** @param bytes what the rows of the last page took up */
  adapt(rows: number, bytes: number): void {
    if (rows > 0)
      this.rows = Math.max(1, Math.min(1000, Math.floor((PAGE_BYTES * rows) / Math.max(1, bytes))));
  }
}

const PAGE_BYTES = 2_000_000;
