import { nowInSeconds } from '../../clock.js';
import type { Config } from '../../config/config.js';
import { randomToken, sha256 } from '../../digest.js';
import { OAuthError } from '../common/errors.js';
import { siteOf } from '../common/network.js';
import type { ClientIds, OAuthStore } from '../tables.js';
import type { Grants } from '../tokens/grants.js';
import type { Client } from './client.js';
import { digestOf, parseClientMetadata } from './client-metadata.js';
import {
  type ClientDetails,
  type ClientInformation,
  columnsOf,
  type ListedClient,
  NEVER,
  toClient,
  toDetails,
} from './client-rows.js';

/** How long a client is kept before its first sign-in, in seconds. Applications keep their id even longer. */
const UNUSED_CLIENT_TTL = 30 * 86_400;
/** How long a client that completed a sign-in is kept after its last use, in seconds. */
const USED_CLIENT_TTL = 90 * 86_400;
/** The most registered clients there may be in total. */
const MAX_CLIENTS = 10_000;
/** The most of them that one network may have before their first sign-in. */
const MAX_UNUSED_PER_NETWORK = 1000;

export type RegisteredClients = ReturnType<typeof createRegisteredClients>;

interface Registrant {
  /** The address it comes from, which decides whose registrations make room for it. */
  address: string;
  /** Called for acceptable metadata, before anything is stored. It may throw to prevent that. */
  count: () => Promise<void>;
}

/**
 * Makes the home of the clients that registered themselves or were added by an operator.
 *
 * @param signingIn returns a subquery for the ids of the clients through which someone is signing in
 */
export function createRegisteredClients(
  store: OAuthStore<'oauth_clients'>,
  { redirectSchemes }: Pick<Config, 'redirectSchemes'>,
  grants: Pick<Grants, 'clientIds' | 'countByClient'>,
  signingIn: () => ClientIds<'authorization_requests'>,
) {
  const findRow = (clientId: string) =>
    store.selectFrom('oauth_clients').selectAll().where('client_id', '=', clientId).executeTakeFirst();

  const update = (clientId: string, values: { expires_at: number; network?: string }) =>
    store.updateTable('oauth_clients').set(values).where('client_id', '=', clientId).execute();

  async function extendKnown(registrationHash: string, network: string, expiresAt: number) {
    const known = await store
      .selectFrom('oauth_clients')
      .select(['client_id', 'created_at', 'expires_at'])
      .where('registration_hash', '=', registrationHash)
      .executeTakeFirst();
    if (known !== undefined)
      await update(known.client_id, { network, expires_at: Math.max(known.expires_at, expiresAt) });
    return known;
  }

  /** The clients that nobody has signed in through, except those an operator added. */
  const unused = () =>
    store
      .selectFrom('oauth_clients')
      .where('used_at', 'is', null)
      .where('expires_at', '<', NEVER)
      .where('client_id', 'not in', grants.clientIds());

  /** Deletes the unused client of a network that registered longest ago, and last one through which someone signs in. */
  async function deleteOldestUnused(network: string): Promise<void> {
    const oldest = unused()
      .select('client_id')
      .where('network', '=', network)
      .orderBy((row) => row('client_id', 'in', signingIn()))
      .orderBy('expires_at')
      .limit(1);
    await store.deleteFrom('oauth_clients').where('client_id', '=', oldest).execute();
  }

  /**
   * Keeps the number of clients within its limits. The network that has the most unused ones makes room, so that a
   * stranger who registers many displaces only those of their own.
   *
   * @throws {OAuthError} 503 when every client is in use
   */
  async function makeRoom(network: string, now: number): Promise<void> {
    const { own } = await unused()
      .select((row) => row.fn.countAll<number>().as('own'))
      .where('network', '=', network)
      .executeTakeFirstOrThrow();
    if (Number(own) >= MAX_UNUSED_PER_NETWORK) return deleteOldestUnused(network);
    const { clients } = await store
      .selectFrom('oauth_clients')
      .select((row) => row.fn.countAll<number>().as('clients'))
      .where('expires_at', '>', now)
      .executeTakeFirstOrThrow();
    if (Number(clients) < MAX_CLIENTS) return;
    const largest = await unused()
      .select('network')
      .groupBy('network')
      .orderBy((row) => row.fn.countAll(), 'desc')
      .orderBy((row) => row.fn.min('expires_at'))
      .limit(1)
      .executeTakeFirst();
    if (largest !== undefined) return deleteOldestUnused(largest.network);
    throw new OAuthError('temporarily_unavailable', 'Too many clients are registered. Try again later', {
      status: 503,
      headers: { 'Retry-After': '3600' },
      detail: `all ${clients} registered clients are in use; delete some with: cli client prune`,
    });
  }

  /**
   * Registers a client (RFC 7591). A client without a secret that registers again with the same metadata gets the same id, so
   * applications that register at every connection do not pile up.
   *
   * @param body the parsed JSON of the request
   * @param from who registers; nobody when an operator adds a client
   * @throws {OAuthError} naming the invalid field, or 503 when there are too many clients
   */
  async function register(body: unknown, from?: Registrant): Promise<ClientInformation> {
    const metadata = parseClientMetadata(body, redirectSchemes);
    await from?.count();
    const hasSecret = metadata.token_endpoint_auth_method.startsWith('client_secret');
    const now = nowInSeconds();
    const network = from === undefined ? '' : siteOf(from.address);
    const expires_at = now + UNUSED_CLIENT_TTL;
    const registration_hash = hasSecret ? null : digestOf(metadata);
    if (registration_hash !== null) {
      const known = await extendKnown(registration_hash, network, expires_at);
      if (known) return { client_id: known.client_id, client_id_issued_at: known.created_at, ...metadata };
    }
    await makeRoom(network, now);
    const secret = hasSecret ? randomToken() : undefined;
    const { client_id, created_at } = await store
      .insertInto('oauth_clients')
      .values({
        client_id: randomToken(),
        ...columnsOf(metadata),
        secret_hash: secret === undefined ? null : sha256(secret),
        registration_hash,
        network,
        created_at: now,
        expires_at,
      })
      // Of two equal registrations at the same moment, the second gets the client of the first.
      .onConflict((conflict) => conflict.column('registration_hash').doUpdateSet({ network, expires_at }))
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
      await update(added.client_id, { expires_at: NEVER });
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
      return row && toDetails(row);
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
