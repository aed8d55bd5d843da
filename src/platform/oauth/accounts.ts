/** Someone who may sign in. */
export interface User {
  /** Never changes and is never given to somebody else; it becomes the `sub` of tokens. */
  id: string;
  /** What to call them. */
  name: string;
  /** The scopes they may grant. */
  scopes: string[];
}

/** A scope on the sign-in page. */
export interface LoginScope {
  name: string;
  /** What it allows, in plain words. */
  description: string;
  optional: boolean;
  /** Whether the box of an optional one is ticked. */
  ticked: boolean;
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
  /** The answer stays on the user's own device, where any program could pretend to be this client. */
  ownDevice: boolean;
  /** What is asked for. Optional ones can be declined one by one, as fields named `scope`. */
  scopes: LoginScope[];
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
   * The user whose password this is. Takes the same time for users that do not exist. Called a few times at once at
   * most, and within the limits on guessing.
   */
  verifyPassword: (username: string, password: string) => Promise<User | undefined>;
  /** The only style sheet and the only script of the pages; the content security policy names their digests. */
  pageStyle: string;
  pageScript: string;
  loginPage: (view: LoginView) => string;
  errorPage: (view: ErrorView) => string;
}
