import { AccountsBusyError } from '../platform/oauth/accounts.js';

/** bcrypt runs in the thread pool of Node, which has four threads; one stays free for everything else. */
const AT_ONCE = 3;
/** Waiting for more than these takes longer than people and proxies wait. */
const MAX_WAITING = 60;

let running = 0;
const waiting: (() => void)[] = [];

/** Keeps password checks from taking all threads of the process. */
export const passwordChecks = {
  /** @throws {AccountsBusyError} when too many wait already */
  async run<T>(check: () => Promise<T>): Promise<T> {
    if (running >= AT_ONCE) {
      if (waiting.length >= MAX_WAITING) throw new AccountsBusyError();
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
  },
};
