import { type SelectQueryBuilder, sql, type Transaction } from 'kysely';
import type { Store } from './database.js';
import { engineOf } from './engine.js';

/**
 * The order in which every transaction locks rows: by table, parents before children, and within a table by primary key.
 * Two transactions that lock the same rows in opposite orders wait for each other, and PostgreSQL ends one of them.
 *
 * What locks a row: `update`, `delete`, `insert`, and `select ... for update`. Deleting a parent also locks its children
 * (`on delete cascade`), and inserting a child locks its parent. So lock the parent first, even where only a child
 * changes. The platform's other tables are changed by transactions that touch no other table. Those of a fork come
 * after the list, in an order of their own.
 *
 * - A turn (`takeTurn`) comes before every row, and a transaction takes one at most.
 * - A statement that changes several rows selects them through `lockInOrder` or `skipLocked`, unless only those with the
 *   same turn lock more than one of them.
 * - In a transaction, every query runs on that transaction. One that ran on the store would need another connection, and
 *   all of those may be waiting for this transaction.
 */
export const LOCK_ORDER = [
  'authorization_requests',
  'oauth_clients',
  'client_documents',
  'grants',
  'authorization_codes',
  'refresh_tokens',
  'revoked_access_tokens',
] as const;

/**
 * Waits until no other transaction has the same turn, and keeps it until this transaction ends. For decisions about rows
 * that do not exist yet, such as the first one or the last that fits, which no row lock protects.
 *
 * @param what the same text wherever the same is decided
 */
export async function takeTurn<Tables>(transaction: Transaction<Tables>, what: string): Promise<void> {
  // A transaction on the file has the only write lock from its begin.
  if (engineOf(transaction).isFile) return;
  // Ends with the transaction, so that poolers which share connections between transactions can keep it apart.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`turn: ${what}`}, 0))`.execute(transaction);
}

/**
 * Makes a selection of rows lock them in its order, so give it the order of the primary key. It waits for rows that
 * another transaction has locked, and leaves out those that do not match any more.
 */
export function lockInOrder<DB, TB extends keyof DB, O>(
  store: Store,
  rows: SelectQueryBuilder<DB, TB, O>,
): SelectQueryBuilder<DB, TB, O> {
  return engineOf(store).isFile ? rows : rows.forUpdate();
}

/**
 * Makes a selection lock its rows, leaving out those that another transaction has locked. For cleaning up: it waits for
 * nobody, and the next time comes.
 */
export function skipLocked<DB, TB extends keyof DB, O>(
  store: Store,
  rows: SelectQueryBuilder<DB, TB, O>,
): SelectQueryBuilder<DB, TB, O> {
  return engineOf(store).isFile ? rows : rows.forUpdate().skipLocked();
}
