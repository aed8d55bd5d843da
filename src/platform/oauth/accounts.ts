import type { Scope } from '../scopes.js';

/** Someone who may sign in. */
export interface User {
  /** Never changes and is never given to somebody else; it becomes the `sub` of tokens. */
  id: string;
  /** What to call them. */
  name: string;
  /** The scopes they may grant. */
  scopes: string[];
}

/** What the sign-in page has to show. */
export interface LoginView {
  /** Hidden fields the form must send back. */
  hidden: Record<string, string>;
  /** As the client calls itself, which nobody has checked. */
  clientName: string;
  /** The host the client's own description was fetched from; only clients that have one. */
  clientHost: string | undefined;
  /** The host, or the application, the user is sent to afterwards. */
  redirectHost: string;
  /** Every address of the client is on the user's own computer, so any program there could pretend to be it. */
  loopbackOnly: boolean;
  /** What is asked for; those that are not `default` can be declined one by one, as fields named `scope`. */
  scopes: Scope[];
  /** As typed before, when the page is shown again. */
  username: string;
  /** What went wrong with the last attempt. */
  problem: string | undefined;
}

/** What the page that ends a failed sign-in has to show. */
export interface ErrorView {
  message: string;
  /** Where the user may go back to by choice. */
  returnTo: { href: string; host: string } | undefined;
}

/** The people and the pages: everything about sign-in that a fork replaces. The platform never looks behind it. */
export interface Accounts {
  /** The user with that id, unless deleted or disabled. Asked at every request, so keep it fast. */
  findUser: (id: string) => Promise<User | undefined>;
  /**
   * The user whose password this is. Takes the same time for users that do not exist.
   *
   * @throws {AccountsBusyError} when too many passwords are being checked already
   */
  verifyPassword: (username: string, password: string) => Promise<User | undefined>;
  /** The only style sheet of the pages; the content security policy names its digest. */
  pageStyle: string;
  loginPage: (view: LoginView) => string;
  errorPage: (view: ErrorView) => string;
}

/** Too many passwords are being checked at once; the user should try again in a moment. */
export class AccountsBusyError extends Error {
  constructor() {
    super('Too many sign-ins at once');
    this.name = 'AccountsBusyError';
  }
}
