import type { Selectable } from 'kysely';
import { nowInSeconds } from '../../clock.js';
import { randomToken, sha256 } from '../../digest.js';
import { OAuthError } from '../common/errors.js';
import type { OAuthClientsTable, OAuthStore } from '../tables.js';
import type { Grants } from '../tokens/grants.js';
import type { Client, KeySource } from './client.js';
import { type ClientMetadata, digestOf, keysColumn, parseClientMetadata } from './client-metadata.js';
import { displayName } from './display-name.js';

/** How long a client is kept before its first sign-in, in seconds. */
const UNUSED_CLIENT_TTL = 86_400;
/** How long a client that completed a sign-in is kept after its last use, in seconds. */
const USED_CLIENT_TTL = 90 * 86_400;
/** The end of the year 9999. Clients that an operator added stay until they are deleted. */
const NEVER = 253_402_300_799;
/** The most registered clients there may be in total. */
const MAX_CLIENTS = 10_000;

/** The answer of `POST /register` (RFC 7591 section 3.2.1): all effective metadata, and the secret, shown only once. */
export interface ClientInformation extends ClientMetadata {
  client_id: string;
  client_id_issued_at: number;
  client_secret?: string;
  client_secret_expires_at?: number;
}

/** A client in a list. Times are seconds since 1970. */
export type ListedClient = Pick<
  OAuthClientsTable,
  'client_id' | 'client_name' | 'token_endpoint_auth_method' | 'used_at'
> & {
  /** How many grants it has. */
  grants: number;
};

/** All that is known about a client, for its operator. Times are seconds since 1970. */
export type ClientDetails = Omit<
  OAuthClientsTable,
  'redirect_uris' | 'grant_types' | 'secret_hash' | 'keys' | 'registration_hash' | 'expires_at'
> & {
  redirect_uris: string[];
  grant_types: string[];
  has_secret: boolean;
  /** Null for a client that an operator added. */
  expires_at: number | null;
};

export type RegisteredClients = ReturnType<typeof createRegisteredClients>;

/** Makes the home of the clients that registered themselves or were added by an operator. */
export function createRegisteredClients(
  store: OAuthStore<'oauth_clients'>,
  grants: Pick<Grants, 'clientIds' | 'countByClient'>,
) {
  const findRow = (clientId: string) =>
    store.selectFrom('oauth_clients').selectAll().where('client_id', '=', clientId).executeTakeFirst();

  async function setExpiry(clientId: string, expiresAt: number): Promise<void> {
    await store
      .updateTable('oauth_clients')
      .set({ expires_at: expiresAt })
      .where('client_id', '=', clientId)
      .execute();
  }

  async function extendKnown(registrationHash: string, expiresAt: number) {
    const known = await store
      .selectFrom('oauth_clients')
      .select(['client_id', 'created_at', 'expires_at'])
      .where('registration_hash', '=', registrationHash)
      .executeTakeFirst();
    if (known && known.expires_at < expiresAt) await setExpiry(known.client_id, expiresAt);
    return known;
  }

  async function assertClientQuota(now: number): Promise<void> {
    const { clients } = await store
      .selectFrom('oauth_clients')
      .select((row) => row.fn.countAll<number>().as('clients'))
      .where('expires_at', '>', now)
      .executeTakeFirstOrThrow();
    if (clients < MAX_CLIENTS) return;
    throw new OAuthError('temporarily_unavailable', 'Too many clients are registered. Try again later', {
      status: 503,
      headers: { 'Retry-After': '3600' },
      detail: `there are ${clients} registered clients; delete some with: cli client prune`,
    });
  }

  /**
   * Registers a client (RFC 7591). A client without a secret that registers again with the same metadata gets the same id, so
   * applications that register at every connection do not pile up.
   *
   * @param body the parsed JSON of the request
   * @param count called for acceptable metadata, before anything is stored; it may throw to prevent that
   * @throws {OAuthError} naming the invalid field, or 503 when there are too many clients
   */
  async function register(body: unknown, count?: () => Promise<void>): Promise<ClientInformation> {
    const metadata = parseClientMetadata(body);
    await count?.();
    const hasSecret = metadata.token_endpoint_auth_method.startsWith('client_secret');
    const now = nowInSeconds();
    const expires_at = now + UNUSED_CLIENT_TTL;
    const registration_hash = hasSecret ? null : digestOf(metadata);
    if (registration_hash !== null) {
      const known = await extendKnown(registration_hash, expires_at);
      if (known) return { client_id: known.client_id, client_id_issued_at: known.created_at, ...metadata };
    }
    await assertClientQuota(now);
    const secret = hasSecret ? randomToken() : undefined;
    const { client_id, created_at } = await store
      .insertInto('oauth_clients')
      .values({
        client_id: randomToken(),
        client_name: metadata.client_name ?? null,
        client_uri: metadata.client_uri ?? null,
        redirect_uris: JSON.stringify(metadata.redirect_uris),
        token_endpoint_auth_method: metadata.token_endpoint_auth_method,
        grant_types: JSON.stringify(metadata.grant_types),
        keys: keysColumn(metadata),
        secret_hash: secret === undefined ? null : sha256(secret),
        registration_hash,
        created_at: now,
        expires_at,
      })
      // Of two equal registrations at the same moment, the second gets the client of the first.
      .onConflict((conflict) => conflict.column('registration_hash').doUpdateSet({ expires_at }))
      .returning(['client_id', 'created_at'])
      .executeTakeFirstOrThrow();
    return {
      client_id,
      client_id_issued_at: created_at,
      ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
      ...metadata,
    };
  }

  return {
    register,

    /** Finds the client with that id, even when it has expired. */
    async find(clientId: string): Promise<Client | undefined> {
      const row = await findRow(clientId);
      return row && toClient(row);
    },

    /** Registers a client that never expires. @throws {OAuthError} like `register` */
    async add(metadata: unknown): Promise<ClientInformation> {
      const added = await register(metadata);
      await setExpiry(added.client_id, NEVER);
      return added;
    },

    /** Lists every client, the most recently used first. */
    async list(): Promise<ListedClient[]> {
      const rows = await store
        .selectFrom('oauth_clients')
        .select(['client_id', 'client_name', 'token_endpoint_auth_method', 'used_at'])
        .orderBy((row) => row.fn.coalesce('used_at', row.lit(0)), 'desc')
        .orderBy('client_id')
        .execute();
      const counts = await grants.countByClient();
      return rows.map((row) => ({ ...row, grants: counts.get(row.client_id) ?? 0 }));
    },

    /** Returns everything known about a client, or `undefined`. */
    async details(clientId: string): Promise<ClientDetails | undefined> {
      const row = await findRow(clientId);
      if (row === undefined) return undefined;
      const { secret_hash, keys: _keys, registration_hash: _hash, expires_at, ...rest } = row;
      return {
        ...rest,
        redirect_uris: JSON.parse(row.redirect_uris) as string[],
        grant_types: JSON.parse(row.grant_types) as string[],
        has_secret: secret_hash !== null,
        expires_at: expires_at === NEVER ? null : expires_at,
      };
    },

    /** Deletes only the client; `Records.deleteClient` also ends its grants and requests. */
    async delete(clientId: string, transaction = store): Promise<void> {
      await transaction.deleteFrom('oauth_clients').where('client_id', '=', clientId).execute();
    },

    /**
     * Deletes clients without active sign-ins that were last used before that time, except those an operator added.
     *
     * @returns how many were deleted
     */
    async prune(unusedSince: number): Promise<number> {
      const { numDeletedRows } = await store
        .deleteFrom('oauth_clients')
        .where('expires_at', '<', NEVER)
        .where((row) => row(row.fn.coalesce('used_at', 'created_at'), '<=', unusedSince))
        .where('client_id', 'not in', grants.clientIds())
        .executeTakeFirst();
      return Number(numDeletedRows);
    },

    /** Keeps a client in use from expiring. Does nothing for an id that is not registered. */
    async markUsed(clientId: string, transaction = store): Promise<void> {
      const now = nowInSeconds();
      const expiresAt = now + USED_CLIENT_TTL;
      await transaction
        .updateTable('oauth_clients')
        .set((row) => ({
          used_at: now,
          // A client an operator added never expires; its use must not change that.
          expires_at: row
            .case()
            .when('expires_at', '>', expiresAt)
            .then(row.ref('expires_at'))
            .else(expiresAt)
            .end(),
        }))
        .where('client_id', '=', clientId)
        .execute();
    },

    /** Deletes expired clients. Those with grants stay, or their users would have to connect again. */
    async deleteExpired(now: number): Promise<void> {
      await store
        .deleteFrom('oauth_clients')
        .where('expires_at', '<=', now)
        .where('client_id', 'not in', grants.clientIds())
        .execute();
    },
  };
}

function toClient(row: Selectable<OAuthClientsTable>): Client {
  return {
    clientId: row.client_id,
    name: displayName(row.client_name ?? ''),
    host: undefined,
    redirectUris: JSON.parse(row.redirect_uris) as string[],
    grantTypes: JSON.parse(row.grant_types) as string[],
    secretHash: row.secret_hash ?? undefined,
    keys: row.keys === null ? undefined : (JSON.parse(row.keys) as KeySource),
    assertionRequired: row.token_endpoint_auth_method === 'private_key_jwt',
  };
}
