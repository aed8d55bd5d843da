import type { ExpressionBuilder, Selectable } from 'kysely';
import type { OAuthClientsTable, OAuthTables } from '../tables.js';
import type { Client, KeySource } from './client.js';
import { type ClientMetadata, keysColumn } from './client-metadata.js';
import { displayName } from './display-name.js';

/** The end of the year 9999. Clients that an operator added stay until they are deleted. */
export const NEVER = 253_402_300_799;

type Row = Selectable<OAuthClientsTable>;

/** The answer of `POST /register` (RFC 7591 section 3.2.1): all effective metadata, and the secret, shown only once. */
export interface ClientInformation extends ClientMetadata {
  client_id: string;
  client_id_issued_at: number;
  client_secret?: string;
  client_secret_expires_at?: number;
}

/** A client in a list. Times are seconds since 1970. */
export type ListedClient = Pick<
  Row,
  'client_id' | 'client_name' | 'token_endpoint_auth_method' | 'used_at'
> & {
  /** How many grants it has. */
  grants: number;
};

/** All that is known about a client, for its operator. Times are seconds since 1970. */
export type ClientDetails = Omit<
  Row,
  'redirect_uris' | 'grant_types' | 'secret_hash' | 'keys' | 'registration_hash' | 'expires_at'
> & {
  redirect_uris: string[];
  grant_types: string[];
  has_secret: boolean;
  /** Null for a client that an operator added. */
  expires_at: number | null;
};

/** Returns the columns that hold the metadata of a client. */
export function columnsOf(metadata: ClientMetadata) {
  return {
    client_name: metadata.client_name ?? null,
    client_uri: metadata.client_uri ?? null,
    redirect_uris: JSON.stringify(metadata.redirect_uris),
    token_endpoint_auth_method: metadata.token_endpoint_auth_method,
    grant_types: JSON.stringify(metadata.grant_types),
    keys: keysColumn(metadata),
  };
}

/** Returns a time of expiry, or the one that a client has if that is later, as it is for those an operator added. */
export function notBefore(
  row: ExpressionBuilder<Pick<OAuthTables, 'oauth_clients'>, 'oauth_clients'>,
  time: number,
) {
  return row.case().when('expires_at', '>', time).then(row.ref('expires_at')).else(time).end();
}

/** Returns a client as the endpoints see it. */
export function toClient(row: Row): Client {
  return {
    clientId: row.client_id,
    name: displayName(row.client_name ?? ''),
    host: undefined,
    redirectUris: JSON.parse(row.redirect_uris) as string[],
    grantTypes: JSON.parse(row.grant_types) as string[],
    secretHash: row.secret_hash ?? undefined,
    keys: row.keys === null ? undefined : (JSON.parse(row.keys) as KeySource),
    assertionRequired: row.token_endpoint_auth_method === 'private_key_jwt',
    usedAt: row.used_at ?? undefined,
  };
}

/** Returns a client as its operator sees it. */
export function toDetails({
  secret_hash,
  keys: _keys,
  registration_hash: _hash,
  expires_at,
  ...row
}: Row): ClientDetails {
  return {
    ...row,
    redirect_uris: JSON.parse(row.redirect_uris) as string[],
    grant_types: JSON.parse(row.grant_types) as string[],
    has_secret: secret_hash !== null,
    expires_at: expires_at === NEVER ? null : expires_at,
  };
}
