/** A scope on the sign-in page. */
export interface LoginScope {
  name: string;
  /** What it permits, in plain words. */
  description: string;
  optional: boolean;
  /** Whether its box is ticked, if it is optional. */
  ticked: boolean;
}

/** Everything that the sign-in page shows. */
export interface LoginView {
  /** Hidden fields the form must send back. */
  hidden: Record<string, string>;
  /** The name that the client chose for itself; it is not verified. */
  clientName: string;
  /** The host of the document that describes the client, if there is one. */
  clientHost: string | undefined;
  /** The host or application that the user is sent to afterwards. */
  redirectHost: string;
  /** The answer stays on the user's own device, where any program could pretend to be this client. */
  ownDevice: boolean;
  /** The offered scopes. Optional ones can be declined one by one; their fields are named `scope`. */
  scopes: LoginScope[];
  /** The name typed before, when the page is shown again. */
  username: string;
  /** What went wrong with the last attempt. */
  problem: string | undefined;
}

/** Everything that the page after a failed sign-in shows. */
export interface ErrorView {
  message: string;
  /** Where the user may choose to go back to. */
  returnTo: { href: string; host: string } | undefined;
}
