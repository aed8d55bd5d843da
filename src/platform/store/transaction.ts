import type { Kysely, Transaction } from 'kysely';
import { isConflict } from './faults.js';

/**
 * Runs something in one transaction, and all of it once more if PostgreSQL ended it because of a conflict. So do nothing in
 * it that a rollback does not undo. Nothing else is repeated: when a connection breaks during the commit, nobody knows
 * whether it was done.
 *
 * @returns what `run` returns, once it is committed
 * @throws {UnavailableError} when the database cannot, or there was a conflict again
 */
export async function inTransaction<Tables, Result>(
  store: Kysely<Tables>,
  run: (transaction: Transaction<Tables>) => Promise<Result>,
): Promise<Result> {
  try {
    return await store.transaction().execute(run);
  } catch (error) {
    if (!isConflict(error)) throw error;
    return await store.transaction().execute(run);
  }
}
