import { setNewest } from '../../bounded-map.js';
import { nowInSeconds } from '../../clock.js';
import { sha256 } from '../../digest.js';
import { skipLocked } from '../../store/locks.js';
import { type Places, prepared } from '../../store/prepared.js';
import { comparableName } from '../../user-name.js';
import type { OAuthStore } from '../tables.js';
import { tooManyRequests } from './errors.js';
import { networkOf, networksAround } from './network.js';

/** The most hits allowed in a window, whose length is in seconds. */
interface Limit {
  max: number;
  window: number;
}

const PER_ADDRESS = {
  authorize: { max: 300, window: 60 },
  clientDocument: { max: 60, window: 60 },
  register: { max: 30, window: 3600 },
  token: { max: 600, window: 60 },
  failedLogin: { max: 100, window: 900 },
} satisfies Record<string, Limit>;
/** What makes the server store or fetch something is also counted for the networks around the address. */
const COUNTED_AROUND = new Set<string>(['clientDocument', 'register'] satisfies (keyof typeof PER_ADDRESS)[]);
/** The most addresses and networks whose refusal is remembered. */
const MAX_REMEMBERED = 10_000;
const FAILED_LOGINS_PER_ACCOUNT: Limit = { max: 40, window: 3600 };
const FAILED_LOGINS_PER_ACCOUNT_AND_ADDRESS: Limit = { max: 8, window: 900 };
const FAILED_LOGINS_PER_KNOWN_BROWSER: Limit = { max: 8, window: 900 };

export interface Limits {
  /**
   * Counts a request from an address.
   *
   * @throws {OAuthError} 429 with Retry-After once the limit is exceeded
   */
  countRequest: (
    kind: 'authorize' | 'clientDocument' | 'register' | 'token',
    address: string,
  ) => Promise<void>;
  /**
   * Counts an attempt to sign in. Call it before the password is checked, so that simultaneous guesses count too.
   *
   * @param username as it was typed
   * @param knownBrowser the id of a browser in which this user has signed in before. It has a count of its own, so that
   *   strangers who guess cannot lock the user out.
   * @returns seconds until this address may try this account again; 0 when the attempt is allowed. A refused attempt
   *   does not count, or anyone could keep an account locked.
   */
  countLogin: (address: string, username: string, knownBrowser?: string) => Promise<number>;
  /** Takes back an attempt that was not a failure. */
  refundLogin: (address: string, username: string, knownBrowser?: string) => Promise<void>;
  /**
   * Takes back the attempt with the correct password, and clears earlier failures from the same address, or in the same
   * known browser.
   */
  clearLogins: (address: string, username: string, knownBrowser?: string) => Promise<void>;
  deleteExpired: (now: number) => Promise<void>;
}

/**
 * Makes the home of the counters, which are in the store so that they hold across restarts and replicas.
 *
 * @param scale multiplies the limits per address, for platforms whose users share one; never the limits per account
 */
export function createLimits(store: OAuthStore<'rate_limits'>, scale: number): Limits {
  /**
   * What is refused, and when its window ends, in seconds since 1970. Nobody takes a request back, so until then the answer
   * stays the same, and a stranger who goes on asking costs the database nothing.
   */
  const refused = new Map<string, number>();

  const scaled = ({ max, window }: Limit): Limit => ({ max: Math.ceil(max * scale), window });

  const counted = prepared(store, ({ key, now, end }: Places<{ key: string; now: number; end: number }>) =>
    store
      .insertInto('rate_limits')
      .values({ key, hits: 1, resets_at: end })
      .onConflict((conflict) =>
        conflict.column('key').doUpdateSet((row) => ({
          hits: row
            .case()
            .when('rate_limits.resets_at', '<=', now)
            .then(1)
            .else(row('rate_limits.hits', '+', 1))
            .end(),
          resets_at: row
            .case()
            .when('rate_limits.resets_at', '<=', now)
            .then(end)
            .else(row.ref('rate_limits.resets_at'))
            .end(),
        })),
      )
      .returning(['hits', 'resets_at']),
  );

  async function hit(key: string, { window }: Limit): Promise<{ hits: number; wait: number }> {
    const now = nowInSeconds();
    const row = await counted({ key, now, end: now + window });
    if (row === undefined) throw new Error('A hit was not counted');
    return { hits: row.hits, wait: Math.max(1, row.resets_at - now) };
  }

  /** Counts a request. @returns seconds until it would be allowed; 0 when it is */
  async function countOrRefuse(key: string, limit: Limit): Promise<number> {
    const now = nowInSeconds();
    const known = refused.get(key) ?? now;
    if (known > now) return known - now;
    const { hits, wait } = await hit(key, limit);
    if (hits <= limit.max) return 0;
    setNewest(refused, key, now + wait, MAX_REMEMBERED);
    return wait;
  }

  async function refund(keys: string[]): Promise<void> {
    for (const key of keys) {
      await store
        .updateTable('rate_limits')
        .set((row) => ({ hits: row('hits', '-', 1) }))
        .where('key', '=', key)
        .where('hits', '>', 0)
        .execute();
    }
  }

  const loginKeys = (
    address: string,
    username: string,
    knownBrowser?: string,
  ): { pair: string; all: [string, Limit][] } => {
    const account = sha256(comparableName(username));
    if (knownBrowser !== undefined) {
      const pair = `login:${account}:browser:${sha256(knownBrowser)}`;
      return { pair, all: [[pair, FAILED_LOGINS_PER_KNOWN_BROWSER]] };
    }
    const pair = `login:${account}:${networkOf(address)}`;
    return {
      pair,
      all: [
        [pair, FAILED_LOGINS_PER_ACCOUNT_AND_ADDRESS],
        [`login:${account}`, FAILED_LOGINS_PER_ACCOUNT],
        [`login:${networkOf(address)}`, scaled(PER_ADDRESS.failedLogin)],
      ],
    };
  };

  return {
    async countRequest(kind, address) {
      const limit = scaled(PER_ADDRESS[kind]);
      const around = COUNTED_AROUND.has(kind) ? networksAround(address) : [];
      // From the narrowest to the widest, so that one address which is refused uses up nothing of its neighbours.
      for (const { network, factor } of [{ network: networkOf(address), factor: 1 }, ...around]) {
        const max = limit.max * factor;
        const wait = await countOrRefuse(`${kind}:${network}`, { ...limit, max });
        if (wait === 0) continue;
        throw tooManyRequests(
          wait,
          `more than ${max} requests (${kind}) in ${limit.window} s from ${network}`,
        );
      }
    },
    async countLogin(...attempt) {
      const { all } = loginKeys(...attempt);
      const waits: number[] = [];
      for (const [key, limit] of all) {
        const { hits, wait } = await hit(key, limit);
        if (hits > limit.max) waits.push(wait);
      }
      if (waits.length > 0) await refund(all.map(([key]) => key));
      return Math.max(0, ...waits);
    },
    async refundLogin(...attempt) {
      await refund(loginKeys(...attempt).all.map(([key]) => key));
    },
    async clearLogins(...attempt) {
      const { pair, all } = loginKeys(...attempt);
      await refund(all.map(([key]) => key).filter((key) => key !== pair));
      await store.deleteFrom('rate_limits').where('key', '=', pair).execute();
    },
    async deleteExpired(now) {
      const over = store.selectFrom('rate_limits').select('key').where('resets_at', '<=', now);
      await store.deleteFrom('rate_limits').where('key', 'in', skipLocked(store, over)).execute();
    },
  };
}
