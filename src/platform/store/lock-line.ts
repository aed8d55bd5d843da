import { setTimeout as elapsed } from 'node:timers/promises';
import { isBusy } from './faults.js';

/** How long a statement waits for a lock that another process holds, in milliseconds. */
const PATIENCE_MS = 5000;

/** The longest pause between two attempts, in milliseconds. */
const MAX_PAUSE_MS = 50;

/** How many statements may wait at once. Each keeps a request in memory, so further ones are refused at once. */
const MAX_WAITING = 500;

/**
 * Repeats an attempt, with pauses, for as long as another process holds the lock it needs. Everything else in this
 * process goes on meanwhile, whereas SQLite's own wait (`busy_timeout`) would block the event loop.
 *
 * @param attempt must have changed nothing when it fails because of a lock
 * @param deadline on the clock of `performance.now()`
 * @throws the error of the last attempt
 */
export async function repeatWhileBusy<T>(
  attempt: () => T | Promise<T>,
  deadline = performance.now() + PATIENCE_MS,
): Promise<T> {
  for (let pause = 1; ; pause = Math.min(pause * 2, MAX_PAUSE_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
    }
    // Two processes that pause equally long would meet again.
    await elapsed(pause * (0.5 + Math.random() / 2));
  }
}

/** The statements that wait for a lock. Only the first in line tries, so that a long line costs no more than a short one. */
export class LockLine {
  #last = Promise.resolve();
  #length = 0;

  /**
   * Waits in line, then like `repeatWhileBusy`.
   *
   * @param refusal thrown when the line is full
   */
  async wait<T>(attempt: () => T | Promise<T>, refusal: unknown): Promise<T> {
    if (this.#length >= MAX_WAITING) throw refusal;
    const deadline = performance.now() + PATIENCE_MS;
    const before = this.#last;
    let leave = () => {};
    this.#last = new Promise((resolve) => {
      leave = resolve;
    });
    this.#length += 1;
    try {
      await before;
      // Lets requests be answered between the writes of a long line.
      await elapsed(1);
      return await repeatWhileBusy(attempt, deadline);
    } finally {
      this.#length -= 1;
      leave();
    }
  }
}
