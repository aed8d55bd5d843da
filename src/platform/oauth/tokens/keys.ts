import {
  type CryptoKey,
  calculateJwkThumbprint,
  errors,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTHeaderParameters,
} from 'jose';
import { nowInSeconds } from '../../clock.js';
import type { Logger } from '../../logger.js';
import type { Store } from '../../store/database.js';
import { eraseReplaced } from '../../store/erase.js';
import type { OAuthTables } from '../tables.js';
import { type KeyEncryption, keyEncryption } from './key-encryption.js';

export const SIGNING_ALGORITHM = 'ES256';
/** How long a replica may work with keys it has read, in seconds. */
const RELOAD_AFTER = 60;
/** A token with a key that is not known makes a replica look again, but not more often than this, in seconds. */
const LOOK_AGAIN_AFTER = 2;
/** What a clock may be off, in seconds. */
const CLOCK_TOLERANCE = 60;

interface SigningKey {
  kid: string;
  signsFrom: number;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
  publicJwk: JWK;
}

export interface SigningKeys {
  /** The key that signs now: the newest whose time has come. */
  current: () => Promise<{ kid: string; privateKey: CryptoKey }>;
  /**
   * The public key for a token.
   *
   * @throws {errors.JWKSNoMatchingKey} when no key has that id
   * @throws when the keys could not be read to tell
   */
  forVerification: (header: JWTHeaderParameters) => Promise<CryptoKey>;
  /** The JSON Web Key Set (RFC 7517 section 5): every key that may have signed a valid token, or soon will. */
  publicKeys: () => Promise<{ keys: JWK[] }>;
}

/**
 * The keys of access tokens, kept in the store so that every replica uses the same ones. The first is made here. Keys
 * are read again every minute, so that a new one is published everywhere long before it signs. While the store fails, the
 * keys that were read last are used.
 *
 * @param encryptionSecret encrypts the private keys in the store, also those that were written without it
 * @param logger told when keys could not be read again
 * @throws when stored keys can't be decrypted
 */
export async function createSigningKeys(
  store: Store<OAuthTables>,
  encryptionSecret?: string,
  logger?: Logger,
): Promise<SigningKeys> {
  const encryption = keyEncryption(encryptionSecret);
  let keys: SigningKey[] = [];
  let readAt = 0;

  async function load(maxAge = RELOAD_AFTER): Promise<SigningKey[]> {
    const now = nowInSeconds();
    if (keys.length > 0 && now - readAt < maxAge) return keys;
    const rows = await store
      .selectFrom('signing_keys')
      .selectAll()
      .where((row) => row.or([row('expires_at', 'is', null), row('expires_at', '>', now)]))
      .orderBy('signs_from', 'desc')
      .orderBy('created_at', 'desc')
      .orderBy('kid')
      .execute();
    keys = await Promise.all(
      rows.map(async (row) => importKey(await encryption.open(row.private_jwk), row.signs_from)),
    );
    readAt = now;
    return keys;
  }
  async function lastKnown(): Promise<SigningKey[]> {
    try {
      return await load();
    } catch (error) {
      if (keys.length === 0) throw error;
      logger?.warn({ err: error }, 'the signing keys could not be read again');
      return keys;
    }
  }
  const find = (candidates: SigningKey[], kid: string | undefined) =>
    candidates.find((candidate) => candidate.kid === kid);

  await rewriteKeys(store, encryption);
  if ((await load()).length === 0) {
    await insertKey(store, await newKey(encryption), nowInSeconds());
    await load();
  }
  return {
    async current() {
      const now = nowInSeconds();
      const key = (await lastKnown()).find(({ signsFrom }) => signsFrom <= now);
      if (key === undefined) throw new Error('No signing key is in use');
      return key;
    },
    async forVerification({ kid }) {
      const key = find(await lastKnown(), kid) ?? find(await load(LOOK_AGAIN_AFTER), kid);
      if (key === undefined) throw new errors.JWKSNoMatchingKey();
      return key.publicKey;
    },
    async publicKeys() {
      return { keys: (await lastKnown()).map(({ publicJwk }) => publicJwk) };
    },
  };
}

export interface KeyRotation {
  /** Seconds the new key is published before it signs; 0 to let it sign at once, in place of one that waits. */
  leadTime: number;
  /** Seconds an access token lives. */
  accessTokenTtl: number;
  encryptionSecret: string | undefined;
}

/**
 * Makes the next key and publishes it. The ones before it stay published until the last token they sign has expired,
 * which a replica may sign as late as the next time it reads the keys. There must be a key already.
 *
 * @returns `undefined`, with nothing changed, when there is lead time and a key waits to sign already
 */
export async function rotateSigningKey(
  store: Store<OAuthTables>,
  { leadTime, accessTokenTtl, encryptionSecret }: KeyRotation,
): Promise<{ kid: string; signsFrom: number; previousUntil: number } | undefined> {
  const key = await newKey(keyEncryption(encryptionSecret));
  return store.transaction().execute(async (transaction) => {
    // Changes nothing but makes a second rotation wait for this one, on either engine.
    await transaction
      .updateTable('signing_keys')
      .set((row) => ({ kid: row.ref('kid') }))
      .execute();
    const now = nowInSeconds();
    const { newest } = await transaction
      .selectFrom('signing_keys')
      .select((row) => row.fn.max('signs_from').as('newest'))
      .executeTakeFirstOrThrow();
    if (newest > now && leadTime > 0) return undefined;
    // It would take over from the new key later, and be gone before its own tokens are.
    await transaction.deleteFrom('signing_keys').where('signs_from', '>', now).execute();
    const signsFrom = now + leadTime;
    // Two keys of one second would not have an order.
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
    await insertKey(transaction, key, signsFrom);
    return { kid: key.kid, signsFrom, previousUntil };
  });
}

/** A key as it is stored; its id is the thumbprint of RFC 7638. */
async function newKey(encryption: KeyEncryption): Promise<{ kid: string; private_jwk: string }> {
  const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { kid, private_jwk: await encryption.seal({ ...jwk, kid }) };
}

async function insertKey(
  store: Store<OAuthTables>,
  key: { kid: string; private_jwk: string },
  signsFrom: number,
): Promise<void> {
  const row = { ...key, signs_from: signsFrom, created_at: nowInSeconds() };
  await store.insertInto('signing_keys').values(row).execute();
}

/** Encrypts what was stored in plain text before a secret was set. */
async function rewriteKeys(store: Store<OAuthTables>, encryption: KeyEncryption): Promise<void> {
  const rows = await store.selectFrom('signing_keys').selectAll().execute();
  const outdated = rows.filter(({ private_jwk }) => !encryption.isCurrent(private_jwk));
  for (const { kid, private_jwk } of outdated) {
    const sealed = await encryption.seal(await encryption.open(private_jwk));
    await store.updateTable('signing_keys').set({ private_jwk: sealed }).where('kid', '=', kid).execute();
  }
  if (outdated.length > 0) await eraseReplaced(store);
}

async function importKey(jwk: JWK, signsFrom: number): Promise<SigningKey> {
  const { d: _private, ...publicPart } = jwk;
  const publicJwk = { ...publicPart, alg: SIGNING_ALGORITHM, use: 'sig' };
  const [privateKey, publicKey] = await Promise.all([
    importJWK(jwk, SIGNING_ALGORITHM),
    importJWK(publicJwk, SIGNING_ALGORITHM),
  ]);
  if (privateKey instanceof Uint8Array || publicKey instanceof Uint8Array)
    throw new Error('Not an asymmetric key');
  return { kid: jwk.kid ?? '', signsFrom, privateKey, publicKey, publicJwk };
}
