/** Someone who may sign in. */
export interface User {
  /** Never changes and is never given to somebody else; it becomes the `sub` of tokens. */
  id: string;
  /** What to call them. */
  name: string;
  /** The scopes they may grant. */
  scopes: string[];
}

/** A user as the command line lists them. */
export type ListedUser = {
  username: string;
  name: string;
  /** Space-separated. */
  scopes: string;
  disabled: boolean;
  /** Seconds since 1970. */
  created_at: number;
};

/** What the command line needs to manage users where the server keeps them itself. */
export interface UserManagement {
  /** The name as it is stored, however it is typed. */
  normalize: (username: string) => string;
  /** Every user, disabled ones too. */
  list: () => Promise<ListedUser[]>;
  /**
   * Adds a user. `false` when the name is taken.
   *
   * @throws {RangeError} when the password is not acceptable, saying why
   */
  add: (user: { username: string; name: string; scopes: string; password: string }) => Promise<boolean>;
  /** @throws {RangeError} when the password is not acceptable, saying why */
  setPassword: (username: string, password: string) => Promise<void>;
  setDisabled: (username: string, disabled: boolean) => Promise<void>;
}

/** Seconds an answer of `findUser` is used for requests that follow, unless the accounts say otherwise. */
export const USER_CACHE_SECONDS = 5;

/** A user of a demonstration, whose password everyone may know. */
export interface DemoUser {
  username: string;
  password: string;
}

/**
 * Who may sign in: the one object the platform asks. It never looks behind it. `findUser` and `verifyPassword` are all a
 * directory of your own needs. While either throws, requests are answered 503 and the sign-in page asks to try again in
 * a moment: nobody is signed out, and no attempt is counted.
 */
export interface Accounts {
  /**
   * The user with that id, unless deleted or disabled. Asked at every request to `/mcp`, where an answer that names a user
   * is used for `cacheSeconds`, and at every refresh.
   *
   * @throws {UnavailableError} when the directory does not answer; any other error means the same
   */
  findUser: (id: string) => Promise<User | undefined>;
  /**
   * Seconds until a user who was disabled or lost a scope elsewhere is refused at `/mcp`; 5 when left out, 0 asks at every
   * request. The commands that disable a user or set a password end their grants, which works at once.
   */
  cacheSeconds?: number;
  /**
   * The user whose password this is. Takes the same time for users that do not exist. Called a few times at once at
   * most, and within the limits on guessing.
   *
   * @throws {UnavailableError} when the directory does not answer; any other error means the same
   */
  verifyPassword: (username: string, password: string) => Promise<User | undefined>;
  /** The demo users, to be shown at the start of a demonstration. */
  demoUsers?: DemoUser[];
  /** Adds the demo users that do not exist yet, who may grant all these scopes. */
  seed?: (scopes: string[]) => Promise<void>;
  /** Disables the demo users whose password still is the public one. @returns their names */
  disableSeeded?: () => Promise<string[]>;
  /** Whether nobody could sign in. */
  isEmpty?: () => Promise<boolean>;
  /** Left out when users are managed elsewhere; `location` then says where. */
  manage?: UserManagement;
  /** Where users are managed, for people: the end of the sentence "Users are managed in ...". */
  location?: string;
}
