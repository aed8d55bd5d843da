import { createHmac } from 'node:crypto';
import type { Request, Response } from 'express';
import { nowInSeconds } from '../../clock.js';
import { randomToken, sameDigest } from '../../digest.js';
import type { Store } from '../../store/database.js';
import { serverSecret } from '../../store/secrets.js';
import type { StoreTables } from '../../store/tables.js';
import { comparableName } from '../../user-name.js';
import { createCookies } from './cookies.js';

/** How long a browser is known after its last sign-in, in seconds. */
const KNOWN_FOR = 180 * 24 * 3600;
/** The most users that one browser is known for. */
const MAX_USERS = 5;

/**
 * Browsers in which a user has signed in before, by a signed cookie for each user. It is not a session: it opens nothing,
 * and only lets its browser count its failed attempts apart from those of strangers.
 */
export interface KnownBrowsers {
  /** Returns the id of this browser for that user; `undefined` when they have not signed in here, or not for long. */
  find: (req: Request, username: string) => Promise<string | undefined>;
  /** Remembers that this user has signed in, under a new id. Ids that were copied before keep their own count. */
  remember: (req: Request, res: Response, username: string) => Promise<void>;
}

/**
 * Makes the reader and writer of these cookies.
 *
 * @param publicUrl decides how the cookies are protected
 */
export function createKnownBrowsers(store: Store<StoreTables>, publicUrl: string): KnownBrowsers {
  let key: Buffer | undefined;
  const cookies = createCookies(publicUrl, {
    name: 'mcp_known_',
    // `__Host-` would send them to every address of this host. Forging one takes the key, whoever may set cookies.
    securePrefix: '__Secure-',
    max: MAX_USERS,
    sameSite: 'strict',
    path: '/login',
    maxAge: KNOWN_FOR * 1000,
  });
  async function mac(...parts: string[]): Promise<string> {
    key ??= await serverSecret(store, 'known-browsers');
    return createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url');
  }
  const cookieName = async (user: string) => (await mac('name', user)).slice(0, 12);

  return {
    async find(req, username) {
      const user = comparableName(username);
      const value = cookies.read(req, await cookieName(user)) ?? '';
      const [madeAt = '', id = '', signature = ''] = value.split('.');
      if (!sameDigest(signature, await mac('browser', user, madeAt, id))) return undefined;
      return Number(madeAt) + KNOWN_FOR > nowInSeconds() ? id : undefined;
    },
    async remember(req, res, username) {
      const user = comparableName(username);
      const [madeAt, id] = [String(nowInSeconds()), randomToken()];
      const value = `${madeAt}.${id}.${await mac('browser', user, madeAt, id)}`;
      cookies.set(req, res, await cookieName(user), value);
    },
  };
}
