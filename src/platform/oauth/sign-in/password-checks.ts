/** Password hashes are computed in the thread pool of Node, which has four threads; one stays free for everything else. */
const AT_ONCE = 3;
/** Waiting for more than these takes longer than people and proxies wait. */
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

/** The queue of one server. What it returns throws {TooManySignInsError} when too many wait already. */
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
