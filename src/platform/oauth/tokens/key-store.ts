import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { nowInSeconds } from '../../clock.js';
import type { Config } from '../../config/config.js';
import { eraseReplaced } from '../../store/erase.js';
import { skipLocked, takeTurn } from '../../store/locks.js';
import { inTransaction } from '../../store/transaction.js';
import type { OAuthStore } from '../tables.js';
import { keyEncryption } from './key-encryption.js';

export const SIGNING_ALGORITHM = 'ES256';
/** How long a replica may use the keys it has read, in seconds. */
export const RELOAD_AFTER = 60;
/** How far a clock may be off, in seconds. */
const CLOCK_TOLERANCE = 60;

/** The turn of those who decide which keys there are. */
const TURN = 'signing keys';

/** A key in a list. Times are seconds since 1970. */
export type ListedKey = {
  state: 'next' | 'current' | 'previous';
  kid: string;
  signs_from: number;
  created_at: number;
  /** When the last token it signed expires; null while it may still sign. */
  expires_at: number | null;
};

export interface Rotation {
  kid: string;
  /** Seconds since 1970. */
  signsFrom: number;
  /** Until when the previous keys stay published; seconds since 1970. */
  previousUntil: number;
}

export type KeyStore = ReturnType<typeof createKeyStore>;

/** Makes the home of the signing keys, which all replicas share. */
export function createKeyStore(
  store: OAuthStore<'signing_keys'>,
  { keyEncryptionSecret, accessTokenTtl }: Pick<Config, 'keyEncryptionSecret' | 'accessTokenTtl'>,
) {
  const encryption = keyEncryption(keyEncryptionSecret);

  /** Selects keys that have not expired, the last to sign first. */
  const unexpired = (transaction = store) =>
    transaction
      .selectFrom('signing_keys')
      .selectAll()
      .where((row) => row.or([row('expires_at', 'is', null), row('expires_at', '>', nowInSeconds())]))
      .orderBy('signs_from', 'desc')
      .orderBy('created_at', 'desc')
      .orderBy('kid')
      .execute();

  /** Makes a key in its stored form. Its id is the thumbprint of RFC 7638. */
  async function newKey(): Promise<{ kid: string; private_jwk: string }> {
    const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
    const jwk = await exportJWK(privateKey);
    const kid = await calculateJwkThumbprint(jwk);
    return { kid, private_jwk: await encryption.seal({ ...jwk, kid }) };
  }

  async function insert(
    key: { kid: string; private_jwk: string },
    signsFrom: number,
    transaction: typeof store,
  ): Promise<void> {
    const row = { ...key, signs_from: signsFrom, created_at: nowInSeconds() };
    await transaction.insertInto('signing_keys').values(row).execute();
  }

  /** Encrypts keys that were stored in plain text before a secret was set. @returns whether there were any */
  async function rewrite(transaction: typeof store): Promise<boolean> {
    const rows = await transaction.selectFrom('signing_keys').selectAll().execute();
    const outdated = rows.filter(({ private_jwk }) => !encryption.isCurrent(private_jwk));
    for (const { kid, private_jwk } of outdated) {
      const sealed = await encryption.seal(await encryption.open(private_jwk));
      await transaction
        .updateTable('signing_keys')
        .set({ private_jwk: sealed })
        .where('kid', '=', kid)
        .execute();
    }
    return outdated.length > 0;
  }

  /**
   * Reads every key that may have signed a valid token or soon will, with its private part, the last to sign first.
   *
   * @throws when a key cannot be decrypted
   */
  async function read(transaction = store): Promise<{ jwk: JWK; signsFrom: number }[]> {
    const rows = await unexpired(transaction);
    return Promise.all(
      rows.map(async ({ private_jwk, signs_from }) => ({
        jwk: await encryption.open(private_jwk),
        signsFrom: signs_from,
      })),
    );
  }

  return {
    read: () => read(),

    /**
     * Makes the first key when there is none, and encrypts keys that are stored in plain text. However many replicas
     * start at once, one of them does so.
     *
     * @returns the keys, as `read` does
     * @throws when stored keys cannot be decrypted
     */
    async prepare(): ReturnType<typeof read> {
      const { keys, rewrote } = await inTransaction(store, async (transaction) => {
        await takeTurn(transaction, TURN);
        const rewrote = await rewrite(transaction);
        const found = await read(transaction);
        if (found.length > 0) return { keys: found, rewrote };
        await insert(await newKey(), nowInSeconds(), transaction);
        return { keys: await read(transaction), rewrote };
      });
      if (rewrote) await eraseReplaced(store);
      return keys;
    },

    /** Lists the next, current and previous keys. */
    async list(): Promise<ListedKey[]> {
      const now = nowInSeconds();
      const rows = await unexpired();
      const current = rows.find(({ signs_from }) => signs_from <= now);
      return rows.map((row) => ({
        state: row === current ? 'current' : row.signs_from > now ? 'next' : 'previous',
        kid: row.kid,
        signs_from: row.signs_from,
        created_at: row.created_at,
        expires_at: row.expires_at,
      }));
    },

    /**
     * Makes the next key and publishes it. Previous keys stay published until the last token they sign has expired; a
     * replica may sign with them until it next reads the keys. There must already be a key.
     *
     * @param leadTime how long the new key is published before it signs, in seconds; with 0 it signs at once and replaces
     *   any key that is waiting to sign
     * @returns `undefined`, with nothing changed, when there is a lead time and a key is already waiting to sign
     */
    async rotate(leadTime: number): Promise<Rotation | undefined> {
      const key = await newKey();
      return inTransaction(store, async (transaction) => {
        await takeTurn(transaction, TURN);
        const now = nowInSeconds();
        const { newest } = await transaction
          .selectFrom('signing_keys')
          .select((row) => row.fn.max('signs_from').as('newest'))
          .executeTakeFirstOrThrow();
        if (newest > now && leadTime > 0) return undefined;
        // A waiting key would later take over from the new key, and expire before its own tokens.
        await transaction.deleteFrom('signing_keys').where('signs_from', '>', now).execute();
        const signsFrom = now + leadTime;
        // Two keys of the same second would have no order.
        await transaction
          .updateTable('signing_keys')
          .set({ signs_from: signsFrom - 1 })
          .where('signs_from', '=', signsFrom)
          .execute();
        const previousUntil = signsFrom + RELOAD_AFTER + accessTokenTtl + CLOCK_TOLERANCE;
        await transaction
          .updateTable('signing_keys')
          .set({ expires_at: previousUntil })
          .where('expires_at', 'is', null)
          .execute();
        await insert(key, signsFrom, transaction);
        return { kid: key.kid, signsFrom, previousUntil };
      });
    },

    async deleteExpired(now: number): Promise<void> {
      const expired = store.selectFrom('signing_keys').select('kid').where('expires_at', '<=', now);
      await store.deleteFrom('signing_keys').where('kid', 'in', skipLocked(store, expired)).execute();
    },
  };
}
