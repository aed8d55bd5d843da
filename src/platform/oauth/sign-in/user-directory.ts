import { setNewest } from '../../bounded-map.js';
import { UnavailableError } from '../../http/errors.js';
import { type Accounts, USER_CACHE_SECONDS, type User } from './accounts.js';

/** The most users in the cache. */
const MAX_REMEMBERED = 10_000;

/** The accounts as the endpoints see them. Every failure is an `UnavailableError`, so that it signs nobody out. */
export interface UserDirectory {
  /**
   * Finds the user with that id without the cache, unless deleted or disabled.
   *
   * @throws {UnavailableError} when the directory does not answer
   */
  find: (id: string) => Promise<User | undefined>;
  /**
   * Like `find`, but may return an answer that is a few seconds old (`Accounts.cacheSeconds`). For the check at every
   * request.
   */
  findRecent: (id: string) => Promise<User | undefined>;
  /**
   * Returns the user when the password is right.
   *
   * @throws {UnavailableError} when the directory does not answer
   */
  verifyPassword: (username: string, password: string) => Promise<User | undefined>;
}

/** Wraps the accounts for the endpoints. */
export function createUserDirectory(accounts: Accounts): UserDirectory {
  const { cacheSeconds = USER_CACHE_SECONDS } = accounts;
  const recent = new Map<string, { user: Promise<User | undefined>; until: number }>();

  async function ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      if (error instanceof UnavailableError) throw error;
      throw new UnavailableError('Users cannot be looked up at the moment', { cause: error });
    }
  }
  const find = (id: string) => ask(() => accounts.findUser(id));

  return {
    find,
    findRecent(id) {
      const known = recent.get(id);
      if (known !== undefined && known.until > Date.now()) return known.user;
      const entry = { user: find(id), until: Date.now() + cacheSeconds * 1000 };
      const forget = () => {
        if (recent.get(id) === entry) recent.delete(id);
      };
      // Only users are cached: a failure may be over, and a user who was just enabled is let in at once.
      entry.user.then((user) => user === undefined && forget(), forget);
      setNewest(recent, id, entry, MAX_REMEMBERED);
      return entry.user;
    },
    verifyPassword: (username, password) => ask(() => accounts.verifyPassword(username, password)),
  };
}
