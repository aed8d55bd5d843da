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
