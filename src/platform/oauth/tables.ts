import type { Generated, SelectQueryBuilder } from 'kysely';
import type { Store } from '../store/database.js';

/** A store limited to these tables. The file that takes it is their home. */
export type OAuthStore<Table extends keyof OAuthTables> = Store<Pick<OAuthTables, Table>>;

/** A subquery for the ids of clients. */
export type ClientIds<Table extends keyof OAuthTables> = SelectQueryBuilder<
  Pick<OAuthTables, Table>,
  Table,
  { client_id: string }
>;

/** A subquery for the ids of grants. */
export type GrantIds = SelectQueryBuilder<
  Pick<OAuthTables, 'refresh_tokens'>,
  'refresh_tokens',
  { grant_id: string }
>;

/**
 * The tables of the authorization server. Times are whole seconds since 1970 (UTC), lists are JSON text.
 */
export interface OAuthTables {
  oauth_clients: OAuthClientsTable;
  client_assertions: ClientAssertionsTable;
  client_documents: ClientDocumentsTable;
  authorization_requests: AuthorizationRequestsTable;
  grants: GrantsTable;
  authorization_codes: AuthorizationCodesTable;
  refresh_tokens: RefreshTokensTable;
  revoked_access_tokens: RevokedAccessTokensTable;
  signing_keys: SigningKeysTable;
  rate_limits: RateLimitsTable;
}

/** Registered OAuth clients (RFC 7591). */
export interface OAuthClientsTable {
  client_id: string;
  client_name: string | null;
  client_uri: string | null;
  /** JSON list. */
  redirect_uris: string;
  token_endpoint_auth_method: 'none' | 'client_secret_post' | 'client_secret_basic' | 'private_key_jwt';
  /** JSON list. */
  grant_types: string;
  /** SHA-256; null for public clients. */
  secret_hash: string | null;
  /** JSON: the keys of a client that signs assertions, or their address; null for other clients. */
  keys: string | null;
  /** Digest of the metadata of a client without a secret, by which a repeated registration finds its client. */
  registration_hash: string | null;
  /** The network that registered it last, whose registrations count together; empty when none did. */
  network: Generated<string>;
  created_at: number;
  /** The last completed sign-in or refresh; null until the first. */
  used_at: number | null;
  expires_at: number;
}

/** The last good copies of client ID metadata documents. */
export interface ClientDocumentsTable {
  client_id: string;
  /** Its JSON, as it was fetched. */
  document: string;
  fetched_at: number;
  /** The last completed sign-in; null until the first. */
  used_at: number | null;
}

/** Client assertions that were used (RFC 7523), kept until they would be refused for their age. */
export interface ClientAssertionsTable {
  assertion_hash: string;
  expires_at: number;
}

/** Authorization requests that await their user's decision. */
export interface AuthorizationRequestsTable {
  id_hash: string;
  /** SHA-256 of the cookie of the browser that started the request. */
  browser_hash: string;
  client_id: string;
  redirect_uri: string;
  state: string | null;
  /** Space-separated; empty when the client named none that exists. */
  scopes: string;
  resource: string;
  code_challenge: string;
  /** 1 when the client offered only private_key_jwt. */
  assertion_required: number;
  expires_at: number;
}

/** What a user allowed a client. Deleting a grant ends its codes, refresh tokens and access tokens at once. */
export interface GrantsTable {
  id: string;
  username: string;
  client_id: string;
  /** Space-separated. */
  scopes: string;
  resource: string;
  created_at: number;
  expires_at: number;
  /** 1 when the client offered only private_key_jwt, so that nothing of the grant is redeemed without an assertion. */
  assertion_required: Generated<number>;
}

export interface AuthorizationCodesTable {
  code_hash: string;
  grant_id: string;
  redirect_uri: string;
  code_challenge: string;
  used_at: number | null;
  expires_at: number;
}

export interface RefreshTokensTable {
  token_hash: string;
  grant_id: string;
  used_at: number | null;
  expires_at: number;
}

/** Access tokens that were revoked individually, kept until they would have expired anyway. */
export interface RevokedAccessTokensTable {
  jti: string;
  grant_id: string;
  expires_at: number;
}

/** Keys that sign access tokens. The newest whose `signs_from` has passed is in use. */
export interface SigningKeysTable {
  kid: string;
  /** JSON Web Key with its private part: as JSON, or as a JWE when KEY_ENCRYPTION_SECRET is set. */
  private_jwk: string;
  /** When the key begins to sign; it is published as soon as it exists. */
  signs_from: number;
  created_at: number;
  /** When the last token it signed expires; null while it may still sign. */
  expires_at: number | null;
}

export interface RateLimitsTable {
  key: string;
  hits: number;
  resets_at: number;
}
