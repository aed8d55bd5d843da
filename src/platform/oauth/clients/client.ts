import type { JSONWebKeySet } from 'jose';

/** The grant types of this server (OAuth 2.1 section 4). */
export const GRANT_TYPES = ['authorization_code', 'refresh_token'];

/** A client as every endpoint sees it, whether registered or described by a document. */
export interface Client {
  clientId: string;
  name: string;
  /** The host of the document that describes the client; `undefined` for registered clients. */
  host: string | undefined;
  redirectUris: string[];
  grantTypes: string[];
  /** SHA-256 of its secret; public clients have none. */
  secretHash: string | undefined;
  /** Where the keys are with which it may sign assertions; `undefined` when it has none. */
  keys: KeySource | undefined;
  /** Whether it is never served without an assertion. */
  assertionRequired: boolean;
  /** When its use was last noted, in seconds since 1970; `undefined` for a client that did not register. */
  usedAt?: number | undefined;
}

/** The public keys of a client, or the https address where they are (RFC 7591 section 2). */
export type KeySource = { jwks: JSONWebKeySet } | { jwks_uri: string };

/** A client that proved at `/token` or `/revoke` what it must. */
export interface AuthenticatedClient extends Client {
  /** Whether it signed an assertion. */
  asserted: boolean;
}
