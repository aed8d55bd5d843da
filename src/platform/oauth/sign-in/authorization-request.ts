import type { Request, Response } from 'express';
import { nowInSeconds } from '../../clock.js';
import { randomToken, sameDigest, sha256 } from '../../digest.js';
import type { Store } from '../../store/database.js';
import { lockInOrder, skipLocked } from '../../store/locks.js';
import { inTransaction } from '../../store/transaction.js';
import type { AuthorizationRequestsTable, ClientIds, OAuthStore } from '../tables.js';
import { createCookies } from './cookies.js';

/** How long a user has to sign in, in seconds. */
const REQUEST_TTL = 600;
/** The most requests that one browser may have open; beginning another ends the oldest. */
const MAX_OPEN = 10;

/** What a client asked for. */
export type AuthorizationRequest = Omit<
  AuthorizationRequestsTable,
  'id_hash' | 'browser_hash' | 'expires_at'
>;

/** What is known of a request: the request itself, or why it cannot be answered here. */
export type FoundRequest = AuthorizationRequest | 'not open' | 'no cookie';

export interface AuthorizationRequests {
  /**
   * Stores an authorization request until its user decides, bound to this browser by a cookie. Each request has its own,
   * because a browser may begin several at the same moment, before it has the cookie of any.
   *
   * @returns the id for the sign-in form, which together with the cookie proves that the form is ours
   */
  store: (req: Request, res: Response, request: AuthorizationRequest) => Promise<string>;
  /** Finds the request with that id. It is answered only with the cookie of the browser that started it. */
  find: (req: Request, id: string) => Promise<FoundRequest>;
  /** Deletes the cookie of a request that was decided. */
  forgetCookie: (res: Response, id: string) => void;
  /**
   * Closes a request and records the user's decision in one transaction, so the request stays open when recording fails.
   * Of several simultaneous callers, only one gets to record.
   *
   * @param record writes the decision through the transaction it is given
   * @param isRecorded finds out whether that result of `record` is stored
   * @returns the result of `record`; `undefined` when the request is no longer open
   */
  consume: <T extends {}>(
    id: string,
    record: (transaction: Store) => Promise<T>,
    isRecorded?: (result: T) => Promise<boolean>,
  ) => Promise<T | undefined>;
  /** Returns a subquery for the ids of the clients that have open requests. */
  clientIds: () => ClientIds<'authorization_requests'>;
  /** Closes the requests of a client. */
  endAll: (clientId: string, transaction?: Store) => Promise<void>;
  deleteExpired: (now: number) => Promise<void>;
}

/**
 * Makes the home of authorization requests that await their user's decision.
 *
 * @param publicUrl decides how the cookie is protected
 */
export function createAuthorizationRequests(
  store: OAuthStore<'authorization_requests'>,
  publicUrl: string,
): AuthorizationRequests {
  const cookies = createCookies(publicUrl, {
    name: 'mcp_login_',
    // Keeps other hosts of the domain from setting one.
    securePrefix: '__Host-',
    max: MAX_OPEN,
    sameSite: 'lax',
    path: '/',
    maxAge: REQUEST_TTL * 1000,
  });
  return {
    async store(req, res, request) {
      const id = randomToken();
      const browser = `${nowInSeconds()}.${randomToken()}`;
      await store
        .insertInto('authorization_requests')
        .values({
          ...request,
          id_hash: sha256(id),
          browser_hash: sha256(browser),
          expires_at: nowInSeconds() + REQUEST_TTL,
        })
        .execute();
      cookies.set(req, res, cookieName(id), browser);
      return id;
    },
    async find(req, id) {
      const row = await store
        .selectFrom('authorization_requests')
        .selectAll()
        .where('id_hash', '=', sha256(id))
        .where('expires_at', '>', nowInSeconds())
        .executeTakeFirst();
      if (row === undefined) return 'not open';
      const browser = cookies.read(req, cookieName(id)) ?? '';
      return sameDigest(row.browser_hash, sha256(browser)) ? row : 'no cookie';
    },
    forgetCookie: (res, id) => cookies.delete(res, cookieName(id)),
    consume(id, record, isRecorded = async () => false) {
      const request = store
        .selectFrom('authorization_requests')
        .select('id_hash')
        .where('id_hash', '=', sha256(id));
      const consume = async (transaction: Store) => {
        const { numDeletedRows } = await transaction
          .deleteFrom('authorization_requests')
          .where('id_hash', '=', sha256(id))
          .executeTakeFirst();
        return numDeletedRows === 1n ? record(transaction) : undefined;
      };
      return inTransaction(store, consume, async (result) => {
        await lockInOrder(store, request).execute();
        return result !== undefined && isRecorded(result);
      });
    },
    clientIds: () =>
      store.selectFrom('authorization_requests').select('client_id').where('expires_at', '>', nowInSeconds()),
    async endAll(clientId, transaction: typeof store = store) {
      const open = transaction
        .selectFrom('authorization_requests')
        .select('id_hash')
        .where('client_id', '=', clientId)
        .orderBy('id_hash');
      await transaction
        .deleteFrom('authorization_requests')
        .where('id_hash', 'in', lockInOrder(transaction, open))
        .execute();
    },
    async deleteExpired(now) {
      const expired = store
        .selectFrom('authorization_requests')
        .select('id_hash')
        .where('expires_at', '<=', now);
      await store
        .deleteFrom('authorization_requests')
        .where('id_hash', 'in', skipLocked(store, expired))
        .execute();
    },
  };
}

/** Returns the rest of a cookie's name, which is short because all cookies travel in one header line. */
function cookieName(id: string): string {
  return sha256(id).slice(0, 12);
}
