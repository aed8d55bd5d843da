import { setTimeout as elapsed } from 'node:timers/promises';
import type { Kysely, Transaction } from 'kysely';
import { UnavailableError } from '../http/errors.js';
import { isConflict } from './faults.js';

/** How long the database may be away before a lost commit stays unclear, in milliseconds. */
const UNCLEAR_MS = 10_000;

/** The pause between two questions, in milliseconds. */
const ASK_AGAIN_MS = 100;

/**
 * Runs something in one transaction, and all of it once more if PostgreSQL ended it because of a conflict. So do nothing in
 * it that a rollback does not undo. Nothing else is repeated.
 *
 * When the connection is lost during the commit, PostgreSQL may have committed all the same, and a client that tries again
 * would find its code used. So pass `isDone` where doing the same twice is refused.
 *
 * @param isDone finds out on the store whether the run with that result was committed. It first waits for the rows that
 *   the run has locked, because the commit may still be under way
 * @returns what `run` returns, once it is committed
 * @throws {UnavailableError} when the database cannot, or there was a conflict again
 */
export async function inTransaction<Tables, Result>(
  store: Kysely<Tables>,
  run: (transaction: Transaction<Tables>) => Promise<Result>,
  isDone: (result: Result) => Promise<boolean> = async () => false,
): Promise<Result> {
  try {
    return await runOnce(store, run, isDone);
  } catch (error) {
    if (!isConflict(error)) throw error;
    return await runOnce(store, run, isDone);
  }
}

/**
 * Runs queries that all see the database as it is at the first of them. Others may write meanwhile: what they write is not
 * seen, and they do not wait.
 */
export function inSnapshot<Tables, Result>(
  store: Kysely<Tables>,
  run: (transaction: Transaction<Tables>) => Promise<Result>,
): Promise<Result> {
  return store.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(run);
}

async function runOnce<Tables, Result>(
  store: Kysely<Tables>,
  run: (transaction: Transaction<Tables>) => Promise<Result>,
  isDone: (result: Result) => Promise<boolean>,
): Promise<Result> {
  let ran: { result: Result } | undefined;
  try {
    return await store.transaction().execute(async (transaction) => {
      const result = await run(transaction);
      ran = { result };
      return result;
    });
  } catch (error) {
    // A conflict is an answer, and so is every error but those of a database that is out of reach.
    if (ran === undefined || isConflict(error) || !(error instanceof UnavailableError)) throw error;
    const { result } = ran;
    if (await answerOf(() => isDone(result))) return result;
    throw error;
  }
}

/** Asks until the database answers. @returns the answer, or `false` if there is none in time */
async function answerOf(ask: () => Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + UNCLEAR_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof UnavailableError) || performance.now() > deadline) return false;
    }
    await elapsed(ASK_AGAIN_MS);
  }
}
