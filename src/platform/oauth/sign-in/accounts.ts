import { availableParallelism } from 'node:os';

/** Someone who may sign in. */
export interface User {
  /** Never changes and is never reused for another user; it becomes the `sub` of tokens. */
  id: string;
  /** The display name. */
  name: string;
  /** The scopes they may grant. */
  scopes: string[];
}

/** A user in the list of the command line. */
export type ListedUser = {
  username: string;
  name: string;
  /** Space-separated. */
  scopes: string;
  disabled: boolean;
  /** Seconds since 1970. */
  created_at: number;
};

/** What the command line needs to manage users that the server stores itself. */
export interface UserManagement {
  /** Returns a typed name in the form in which it is stored. Names with the same form count as the same name. */
  normalize: (username: string) => string;
  /** Lists every user, including disabled ones. */
  list: () => Promise<ListedUser[]>;
  /**
   * Adds a user.
   *
   * @returns `false` when the name is taken
   * @throws {RangeError} when the password is not acceptable, saying why
   */
  add: (user: { username: string; name: string; scopes: string; password: string }) => Promise<boolean>;
  /** @throws {RangeError} when the password is not acceptable, saying why */
  setPassword: (username: string, password: string) => Promise<void>;
  setDisabled: (username: string, disabled: boolean) => Promise<void>;
}

/** How long an answer of `findUser` is cached by default, in seconds. */
export const USER_CACHE_SECONDS = 5;

/**
 * How many passwords are checked at once by default. Node computes hashes in a pool of four threads, of which one stays
 * free for everything else.
 */
export const CHECKS_AT_ONCE = 3;

/**
 * Returns how many passwords may be checked at once where checking computes a hash in this process: no more than leave one
 * core to everything else.
 *
 * @param cores how many this process may use
 */
export function hashesAtOnce(cores = availableParallelism()): number {
  return Math.max(1, Math.min(CHECKS_AT_ONCE, cores - 1));
}

/** A user of a demonstration, whose password is public. */
export interface DemoUser {
  username: string;
  password: string;
}

/**
 * Who may sign in. This object is all the platform knows of your users, and a directory of your own needs only `findUser`
 * and `verifyPassword`. While either throws, requests are answered with 503 and the sign-in page asks the user to try
 * again in a moment. Nobody is signed out, and no attempt is counted.
 */
export interface Accounts {
  /**
   * Finds the user with that id, unless deleted or disabled. Called for every request to `/mcp`, where a user that was
   * found is cached for `cacheSeconds`, and for every refresh.
   *
   * @throws {UnavailableError} when the directory does not answer; any other error is treated the same way
   */
  findUser: (id: string) => Promise<User | undefined>;
  /**
   * The most seconds until a user who was disabled or lost a scope elsewhere is refused at `/mcp`. Defaults to 5; with 0,
   * every request asks again. The commands that disable a user or set a password end their grants, which takes effect at
   * once.
   */
  cacheSeconds?: number;
  /**
   * Returns the user when the password is right. Must take the same time for users that do not exist. At most
   * `checksAtOnce` calls run at once, and only within the limits on guessing.
   *
   * @throws {UnavailableError} when the directory does not answer; any other error is treated the same way
   */
  verifyPassword: (username: string, password: string) => Promise<User | undefined>;
  /**
   * How many passwords may be checked at once; everyone else waits in order. Defaults to 3. Accounts that compute hashes in
   * this process take `hashesAtOnce()`. A directory that is asked over the network may allow more than 3.
   */
  checksAtOnce?: number;
  /** The demo users, shown when a demonstration starts. */
  demoUsers?: DemoUser[];
  /** Adds missing demo users, who may grant all these scopes. */
  seed?: (scopes: string[]) => Promise<void>;
  /** Disables the demo users who still have their public password. @returns their names */
  disableSeeded?: () => Promise<string[]>;
  /** Checks whether there is no user who could sign in. */
  isEmpty?: () => Promise<boolean>;
  /** Manages users from the command line. Omit it when users are managed elsewhere; `location` then says where. */
  manage?: UserManagement;
  /** Where users are managed, for people: the end of the sentence "Users are managed in ...". */
  location?: string;
}
