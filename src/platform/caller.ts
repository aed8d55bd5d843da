/** Who makes a request, regardless of the credential that proved it. All that tools see of the sign-in. */
export interface Caller {
  /** `user`: a person who signed in. `service`: a platform with a static token. */
  kind: 'user' | 'service';
  /** Stable identifier: the user name, or `service:` followed by a name. */
  id: string;
  /** The name to use in answers. */
  name: string;
  scopes: string[];
  /** The OAuth `client_id` the request came through. */
  clientId: string;
}

/** A caller whose credentials were checked, and what the log calls their client. */
export interface Identity {
  caller: Caller;
  /** The registered name of the client, if known. */
  clientName?: string | undefined;
}

/**
 * Returns whom an Authorization header currently identifies, or `undefined` if nobody. Returns no promise when memory
 * alone decides, as it does for the static token of a service. Never throws; the promise rejects with `UnavailableError`
 * when the credentials cannot be checked right now.
 */
export type Identify = (authorization: string | undefined) => MaybePromise<Identity | undefined>;

/** A value that may take a while to find. */
export type MaybePromise<T> = T | Promise<T>;

/** Returns a key for what is kept by caller. The kind belongs to it, because a user may be named like a service. */
export function callerKey({ kind, id }: Caller): string {
  return `${kind} ${id}`;
}
