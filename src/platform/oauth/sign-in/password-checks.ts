import { CHECKS_AT_ONCE } from './accounts.js';

/** With a longer queue, people and proxies would give up before their turn. */
const MAX_WAITING = 60;

/** Too many passwords are being checked; the user should try again in a moment. */
export class TooManySignInsError extends Error {
  constructor() {
    super('Too many sign-ins at once');
    this.name = 'TooManySignInsError';
  }
}

/** Whoever wanted to sign in has left before the password was checked. */
export class LeftError extends Error {
  constructor() {
    super('The client left before its turn');
    this.name = 'LeftError';
  }
}

/**
 * Runs a password check when it is its turn: a few run at once, and the others wait in the order in which they came.
 *
 * @param left aborts when nobody waits for the answer any more. A check that has not begun is then never run
 * @throws {TooManySignInsError} while the queue is full
 * @throws {LeftError} when `left` aborts before the check has begun
 */
export type PasswordChecks = <T>(check: () => Promise<T>, left: AbortSignal) => Promise<T>;

/** Makes the queue of one server. */
export function createPasswordChecks(atOnce = CHECKS_AT_ONCE): PasswordChecks {
  let running = 0;
  const waiting = new Set<() => void>();

  async function turn(left: AbortSignal): Promise<void> {
    if (left.aborted) throw new LeftError();
    if (running < atOnce) {
      running += 1;
      return;
    }
    if (waiting.size >= MAX_WAITING) throw new TooManySignInsError();
    await new Promise<void>((resolve, reject) => {
      const begin = () => {
        left.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        waiting.delete(begin);
        reject(new LeftError());
      };
      left.addEventListener('abort', leave, { once: true });
      waiting.add(begin);
    });
  }

  return async (check, left) => {
    await turn(left);
    try {
      return await check();
    } finally {
      const [next] = waiting;
      if (next) {
        waiting.delete(next);
        next();
      } else {
        running -= 1;
      }
    }
  };
}
