import { nowInSeconds } from '../../clock.js';
import type { Config } from '../../config/config.js';
import { randomToken, sha256 } from '../../digest.js';
import { skipLocked, takeTurn } from '../../store/locks.js';
import { type Places, prepared } from '../../store/prepared.js';
import { inTransaction } from '../../store/transaction.js';
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
  notBefore,
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
  const findRow = prepared(store, ({ clientId }: Places<{ clientId: string }>) =>
    store.selectFrom('oauth_clients').selectAll().where('client_id', '=', clientId),
  );

  const extendKnown = async (
    registrationHash: string | null,
    network: string,
    expiresAt: number,
    transaction = store,
  ) => {
    if (registrationHash === null) return undefined;
    return transaction
      .updateTable('oauth_clients')
      .set((row) => ({ network, expires_at: notBefore(row, expiresAt) }))
      .where('registration_hash', '=', registrationHash)
      .returning(['client_id', 'created_at'])
      .executeTakeFirst();
  };

  const withoutGrants = (transaction = store) =>
    transaction.selectFrom('oauth_clients').where('client_id', 'not in', grants.clientIds());

  /** Deletes clients, but none through which someone signs in at this moment. @returns how many */
  async function deleteUnlocked(clients: ReturnType<typeof withoutGrants>): Promise<number> {
    const { numDeletedRows } = await store
      .deleteFrom('oauth_clients')
      .where('client_id', 'in', skipLocked(store, clients.select('client_id')))
      .executeTakeFirst();
    return Number(numDeletedRows);
  }

  /** The clients that nobody has signed in through, except those an operator added. */
  const unused = (transaction: typeof store) =>
    withoutGrants(transaction).where('used_at', 'is', null).where('expires_at', '<', NEVER);

  /** Deletes the unused client of a network that registered longest ago, and last one through which someone signs in. */
  async function deleteOldestUnused(network: string, transaction: typeof store): Promise<void> {
    const oldest = unused(transaction)
      .select('client_id')
      .where('network', '=', network)
      .orderBy((row) => row('client_id', 'in', signingIn()))
      .orderBy('expires_at')
      .limit(1);
    await transaction
      .deleteFrom('oauth_clients')
      .where('client_id', '=', oldest)
      // Checked again after waiting for a sign-in through it.
      .where('used_at', 'is', null)
      .execute();
  }

  /**
   * Keeps the number of clients within its limits. The network that has the most unused ones makes room, so that a
   * stranger who registers many displaces only those of their own.
   *
   * @throws {OAuthError} 503 when every client is in use
   */
  async function makeRoom(network: string, now: number, transaction: typeof store): Promise<void> {
    const { own } = await unused(transaction)
      .select((row) => row.fn.countAll<number>().as('own'))
      .where('network', '=', network)
      .executeTakeFirstOrThrow();
    if (Number(own) >= MAX_UNUSED_PER_NETWORK) return deleteOldestUnused(network, transaction);
    const { clients } = await transaction
      .selectFrom('oauth_clients')
      .select((row) => row.fn.countAll<number>().as('clients'))
      .where('expires_at', '>', now)
      .executeTakeFirstOrThrow();
    if (Number(clients) < MAX_CLIENTS) return;
    const largest = await unused(transaction)
      .select('network')
      .groupBy('network')
      .orderBy((row) => row.fn.countAll(), 'desc')
      .orderBy((row) => row.fn.min('expires_at'))
      .limit(1)
      .executeTakeFirst();
    if (largest !== undefined) return deleteOldestUnused(largest.network, transaction);
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
    const expires_at = from === undefined ? NEVER : now + UNUSED_CLIENT_TTL;
    const registration_hash = hasSecret ? null : digestOf(metadata);
    const secret = hasSecret ? randomToken() : undefined;
    const addNew = async (transaction: typeof store) => {
      await makeRoom(network, now, transaction);
      return transaction
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
        .returning(['client_id', 'created_at'])
        .executeTakeFirstOrThrow();
    };
    const { client_id, created_at } =
      // Most register again, and need no turn.
      (await extendKnown(registration_hash, network, expires_at)) ??
      (await inTransaction(store, async (transaction) => {
        await takeTurn(transaction, 'registered clients');
        // Another may have registered the same while this one waited.
        const known = await extendKnown(registration_hash, network, expires_at, transaction);
        return known ?? addNew(transaction);
      }));
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
      const row = await findRow({ clientId });
      return row && toClient(row);
    },

    /** Registers a client that never expires. @throws {OAuthError} like `register` */
    add: (metadata: unknown): Promise<ClientInformation> => register(metadata),

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
      const row = await findRow({ clientId });
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
      return deleteUnlocked(
        withoutGrants()
          .where('expires_at', '<', NEVER)
          .where((row) => row(row.fn.coalesce('used_at', 'created_at'), '<=', unusedSince)),
      );
    },

    /** Keeps a client in use from expiring. @returns whether there is one of that id */
    async markUsed(clientId: string, transaction = store): Promise<boolean> {
      const now = nowInSeconds();
      const { numUpdatedRows } = await transaction
        .updateTable('oauth_clients')
        .set((row) => ({ used_at: now, expires_at: notBefore(row, now + USED_CLIENT_TTL) }))
        .where('client_id', '=', clientId)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },

    /** Deletes expired clients. Those with grants stay, or their users would have to connect again. */
    async deleteExpired(now: number): Promise<void> {
      await deleteUnlocked(withoutGrants().where('expires_at', '<=', now));
    },
  };
}
