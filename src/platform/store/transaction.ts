import type { Transaction } from 'kysely';
import type { Store } from './database.js';

/**
 * PostgreSQL ended a transaction because it conflicted with another: serialization_failure and deadlock_detected (appendix
 * A of its manual). Nothing of it was done, so the whole may be tried again.
 */
const CONFLICTS = ['40001', '40P01'];

/**
 * Runs something in one transaction, and all of it once more if PostgreSQL ended it because of a conflict. So do nothing in
 * it that a rollback does not undo.
 *
 * @returns what `run` returns, once it is committed
 */
export async function inTransaction<Tables, Result>(
  store: Store<Tables>,
  run: (transaction: Transaction<Tables>) => Promise<Result>,
): Promise<Result> {
  try {
    return await store.transaction().execute(run);
  } catch (error) {
    if (!isConflict(error)) throw error;
    return await store.transaction().execute(run);
  }
}

/**
 * Runs queries that all see the database as it is at the first of them. Others may write meanwhile: what they write is not
 * seen, and they do not wait.
 */
export function inSnapshot<Tables, Result>(
  store: Store<Tables>,
  run: (transaction: Transaction<Tables>) => Promise<Result>,
): Promise<Result> {
  return store.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(run);
}

function isConflict(error: unknown): boolean {
  const { code, cause } = Object(error) as { code?: unknown; cause?: unknown };
  return CONFLICTS.includes(String(code)) || (cause !== undefined && isConflict(cause));
}
