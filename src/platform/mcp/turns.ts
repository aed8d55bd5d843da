import { type Caller, callerKey } from '../caller.js';

/** Resolves when it is a caller's turn to begin a call. */
export type Turns = (caller: Caller) => Promise<void>;

/**
 * Lets callers take turns: one call begins in each turn of the event loop, and of the waiting callers the one whose last
 * turn is longest ago. Without it, a short call would run to its end before the next request is read, so that a caller
 * waits for all calls another one has sent before.
 */
export function createTurns(): Turns {
  /** In the order of their next turns. */
  const waiting = new Map<string, (() => void)[]>();

  function giveTurn(): void {
    const [[key, calls] = ['', []]] = waiting;
    const begin = calls.shift();
    // Goes to the end of the queue.
    waiting.delete(key);
    if (calls.length > 0) waiting.set(key, calls);
    if (waiting.size > 0) setImmediate(giveTurn);
    begin?.();
  }

  return (caller) =>
    new Promise((resolve) => {
      if (waiting.size === 0) setImmediate(giveTurn);
      const key = callerKey(caller);
      const calls = waiting.get(key);
      if (calls) calls.push(resolve);
      else waiting.set(key, [resolve]);
    });
}
