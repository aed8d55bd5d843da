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

export const SIGNING_ALGORITHM = 'ES256';
/** How long a replica may work with keys it has read, in seconds. */
const RELOAD_AFTER = 60;

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
 */
export async function createSigningKeys(store: Store): Promise<SigningKeys> {
  let keys: SigningKey[] = [];
  let readAt = 0;

  async function load(): Promise<SigningKey[]> {
    const now = nowInSeconds();
    if (keys.length > 0 && now - readAt < RELOAD_AFTER) return keys;
    const rows = await store
      .selectFrom('signing_keys')
      .selectAll()
      .where((row) => row.or([row('expires_at', 'is', null), row('expires_at', '>', now)]))
      .orderBy('signs_from', 'desc')
      .orderBy('kid')
      .execute();
    keys = await Promise.all(
      rows.map((row) => importKey(JSON.parse(row.private_jwk) as JWK, row.signs_from)),
    );
    readAt = now;
    return keys;
  }

  if ((await load()).length === 0) {
    await addSigningKey(store, nowInSeconds());
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
      const key = (await load()).find((candidate) => candidate.kid === kid);
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
export async function addSigningKey(store: Store, signsFrom: number): Promise<string> {
  const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  const row = {
    kid,
    private_jwk: JSON.stringify({ ...jwk, kid }),
    signs_from: signsFrom,
    created_at: nowInSeconds(),
  };
  await store.insertInto('signing_keys').values(row).execute();
  return kid;
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
