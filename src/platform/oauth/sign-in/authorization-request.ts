import type { Request, Response } from 'express';
import { nowInSeconds } from '../../clock.js';
import { randomToken, sameDigest, sha256 } from '../../digest.js';
import type { Store } from '../../store/database.js';
import type { AuthorizationRequestsTable, ClientIds, OAuthStore } from '../tables.js';

/** How long a user has to sign in, in seconds. */
const REQUEST_TTL = 600;

/** What a client asked for. */
export type AuthorizationRequest = Omit<
  AuthorizationRequestsTable,
  'id_hash' | 'browser_hash' | 'expires_at'
>;

export interface AuthorizationRequests {
  /**
   * Stores an authorization request until its user decides, bound to this browser by a cookie. All requests of a browser
   * share one cookie, so that sign-ins in several tabs do not disturb each other.
   *
   * @returns the id for the sign-in form, which together with the cookie proves that the form is ours
   */
  store: (req: Request, res: Response, request: AuthorizationRequest) => Promise<string>;
  /** Finds the request with that id, if this browser started it and it is still open. */
  find: (req: Request, id: string) => Promise<AuthorizationRequest | undefined>;
  /**
   * Closes a request and records the user's decision in one transaction, so the request stays open when recording fails.
   * Of several simultaneous callers, only one gets to record.
   *
   * @param record writes the decision through the transaction it is given
   * @returns the result of `record`; `undefined` when the request is no longer open
   */
  consume: <T extends {}>(id: string, record: (transaction: Store) => Promise<T>) => Promise<T | undefined>;
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
  const secure = publicUrl.startsWith('https:');
  // The `__Host-` prefix keeps other hosts of the domain from setting it; browsers accept it over https only.
  const cookie = secure ? '__Host-mcp_login' : 'mcp_login';
  return {
    async store(req, res, request) {
      const id = randomToken();
      const browser = readCookie(req, cookie) ?? randomToken();
      await store
        .insertInto('authorization_requests')
        .values({
          ...request,
          id_hash: sha256(id),
          browser_hash: sha256(browser),
          expires_at: nowInSeconds() + REQUEST_TTL,
        })
        .execute();
      res.cookie(cookie, browser, {
        httpOnly: true,
        secure,
        sameSite: 'lax',
        path: '/',
        maxAge: REQUEST_TTL * 1000,
      });
      return id;
    },
    async find(req, id) {
      const browser = readCookie(req, cookie);
      if (browser === undefined) return undefined;
      const row = await store
        .selectFrom('authorization_requests')
        .selectAll()
        .where('id_hash', '=', sha256(id))
        .where('expires_at', '>', nowInSeconds())
        .executeTakeFirst();
      return row && sameDigest(row.browser_hash, sha256(browser)) ? row : undefined;
    },
    consume: (id, record) =>
      store.transaction().execute(async (transaction) => {
        const { numDeletedRows } = await transaction
          .deleteFrom('authorization_requests')
          .where('id_hash', '=', sha256(id))
          .executeTakeFirst();
        return numDeletedRows === 1n ? record(transaction) : undefined;
      }),
    clientIds: () =>
      store.selectFrom('authorization_requests').select('client_id').where('expires_at', '>', nowInSeconds()),
    async endAll(clientId, transaction: typeof store = store) {
      await transaction.deleteFrom('authorization_requests').where('client_id', '=', clientId).execute();
    },
    async deleteExpired(now) {
      await store.deleteFrom('authorization_requests').where('expires_at', '<=', now).execute();
    },
  };
}

function readCookie(req: Request, name: string): string | undefined {
  const pairs = (req.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
  return value && /^[\w-]{43}$/.test(value) ? value : undefined;
}
