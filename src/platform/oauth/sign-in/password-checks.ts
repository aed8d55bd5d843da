/** Node computes password hashes in a pool of four threads; one stays free for everything else. */
const AT_ONCE = 3;
/** With a longer queue, people and proxies would give up before their turn. */
const MAX_WAITING = 60;

/** Too many passwords are being checked; the user should try again in a moment. */
export class TooManySignInsError extends Error {
  constructor() {
    super('Too many sign-ins at once');
    this.name = 'TooManySignInsError';
  }
}

/** Runs password checks, a few at a time, so that they never take all threads of the process. */
export type PasswordChecks = <T>(check: () => Promise<T>) => Promise<T>;

/** Makes the queue of one server. @returns a function that throws {TooManySignInsError} while the queue is full */
export function createPasswordChecks(): PasswordChecks {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (check) => {
    if (running >= AT_ONCE) {
      if (waiting.length >= MAX_WAITING) throw new TooManySignInsError();
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await check();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
