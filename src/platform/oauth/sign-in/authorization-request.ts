import type { Request, Response } from 'express';
import { nowInSeconds } from '../../clock.js';
import { randomToken, sameDigest, sha256 } from '../../digest.js';
import type { OAuthContext } from '../context.js';
import type { AuthorizationRequestsTable } from '../tables.js';

/** Seconds a user has to sign in. */
const REQUEST_TTL = 600;

export type AuthorizationRequest = Omit<
  AuthorizationRequestsTable,
  'id_hash' | 'browser_hash' | 'expires_at'
>;

/**
 * Keeps an authorization request until its user decides, bound to this browser by a cookie. One cookie serves all
 * requests of a browser, so that sign-ins in several tabs do not disturb each other.
 *
 * @returns the id for the sign-in form, which together with the cookie proves that the form is ours
 */
export async function storeRequest(
  { store, config }: OAuthContext,
  req: Request,
  res: Response,
  request: AuthorizationRequest,
): Promise<string> {
  const id = randomToken();
  const secure = config.publicUrl.startsWith('https:');
  const name = cookieName(secure);
  const browser = readCookie(req, name) ?? randomToken();
  await store
    .insertInto('authorization_requests')
    .values({
      ...request,
      id_hash: sha256(id),
      browser_hash: sha256(browser),
      expires_at: nowInSeconds() + REQUEST_TTL,
    })
    .execute();
  res.cookie(name, browser, {
    httpOnly: true,
    secure,
    sameSite: 'lax',
    path: '/',
    maxAge: REQUEST_TTL * 1000,
  });
  return id;
}

/** The request with that id, if this browser began it and it is still open. */
export async function findRequest(
  { store, config }: OAuthContext,
  req: Request,
  id: unknown,
): Promise<AuthorizationRequest | undefined> {
  const browser = readCookie(req, cookieName(config.publicUrl.startsWith('https:')));
  if (typeof id !== 'string' || browser === undefined) return undefined;
  const row = await store
    .selectFrom('authorization_requests')
    .selectAll()
    .where('id_hash', '=', sha256(id))
    .where('expires_at', '>', nowInSeconds())
    .executeTakeFirst();
  return row && sameDigest(row.browser_hash, sha256(browser)) ? row : undefined;
}

/** Closes a request. Only one caller gets `true`, however many try at once. */
export async function consumeRequest({ store }: OAuthContext, id: string): Promise<boolean> {
  const { numDeletedRows } = await store
    .deleteFrom('authorization_requests')
    .where('id_hash', '=', sha256(id))
    .executeTakeFirst();
  return numDeletedRows === 1n;
}

/** The `__Host-` prefix keeps other hosts of the domain from setting it; browsers accept it over https only. */
function cookieName(secure: boolean): string {
  return secure ? '__Host-mcp_login' : 'mcp_login';
}

function readCookie(req: Request, name: string): string | undefined {
  const pairs = (req.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
  return value && /^[\w-]{43}$/.test(value) ? value : undefined;
}
