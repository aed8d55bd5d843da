import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTHeaderParameters,
} from 'jose';
import { nowInSeconds, type Store } from '../store/database.js';
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
   * @throws when no key has that id
   */
  forVerification: (header: JWTHeaderParameters) => Promise<CryptoKey>;
  /** The JSON Web Key Set (RFC 7517 section 5): every key that may have signed a valid token, or soon will. */
  publicKeys: () => Promise<{ keys: JWK[] }>;
}

/**
 * The keys of access tokens, kept in the store so that every replica uses the same ones. The first is made here. Keys
 * are read again every minute, so that a new one is published everywhere long before it signs.
 *
 * @param encryptionSecret encrypts the private keys in the store, also those that were written without it
 * @throws when stored keys can't be decrypted
 */
export async function createSigningKeys(store: Store, encryptionSecret?: string): Promise<SigningKeys> {
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
  const find = (candidates: SigningKey[], kid: string | undefined) =>
    candidates.find((candidate) => candidate.kid === kid);

  await rewriteKeys(store, encryption);
  if ((await load()).length === 0) {
    await addSigningKey(store, nowInSeconds(), encryptionSecret);
    await load();
  }
  return {
    async current() {
      const now = nowInSeconds();
      const key = (await load()).find(({ signsFrom }) => signsFrom <= now);
      if (key === undefined) throw new Error('No signing key is in use');
      return key;
    },
    async forVerification({ kid }) {
      const key = find(await load(), kid) ?? find(await load(LOOK_AGAIN_AFTER), kid);
      if (key === undefined) throw new Error('Unknown signing key');
      return key.publicKey;
    },
    async publicKeys() {
      return { keys: (await load()).map(({ publicJwk }) => publicJwk) };
    },
  };
}

/**
 * Makes a key and publishes it.
 *
 * @param signsFrom when it begins to sign, in seconds since 1970; verifiers elsewhere need time to see it first
 * @returns its id, the thumbprint of RFC 7638
 */
export async function addSigningKey(
  store: Store,
  signsFrom: number,
  encryptionSecret?: string,
): Promise<string> {
  const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  const row = {
    kid,
    private_jwk: await keyEncryption(encryptionSecret).seal({ ...jwk, kid }),
    signs_from: signsFrom,
    created_at: nowInSeconds(),
  };
  await store.insertInto('signing_keys').values(row).execute();
  return kid;
}

export interface KeyRotation {
  /** Seconds the new key is published before it signs. */
  leadTime: number;
  /** Seconds an access token lives. */
  accessTokenTtl: number;
  encryptionSecret: string | undefined;
}

/**
 * Makes the next key. The ones before it stay published until the last token they sign has expired, which a replica may
 * sign as late as the next time it reads the keys.
 */
export async function rotateSigningKey(
  store: Store,
  { leadTime, accessTokenTtl, encryptionSecret }: KeyRotation,
): Promise<{ kid: string; signsFrom: number; previousUntil: number }> {
  const signsFrom = nowInSeconds() + leadTime;
  const kid = await addSigningKey(store, signsFrom, encryptionSecret);
  const previousUntil = signsFrom + RELOAD_AFTER + accessTokenTtl + CLOCK_TOLERANCE;
  await store
    .updateTable('signing_keys')
    .set({ expires_at: previousUntil })
    .where('kid', '<>', kid)
    .where('expires_at', 'is', null)
    .execute();
  return { kid, signsFrom, previousUntil };
}

/** Encrypts what was stored in plain text before a secret was set. */
async function rewriteKeys(store: Store, encryption: KeyEncryption): Promise<void> {
  for (const { kid, private_jwk } of await store.selectFrom('signing_keys').selectAll().execute()) {
    if (encryption.isCurrent(private_jwk)) continue;
    const sealed = await encryption.seal(await encryption.open(private_jwk));
    await store.updateTable('signing_keys').set({ private_jwk: sealed }).where('kid', '=', kid).execute();
  }
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
