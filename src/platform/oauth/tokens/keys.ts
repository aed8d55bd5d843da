import { type CryptoKey, errors, importJWK, type JWK, type JWTHeaderParameters } from 'jose';
import { nowInSeconds } from '../../clock.js';
import type { Logger } from '../../logger.js';
import { type KeyStore, RELOAD_AFTER, SIGNING_ALGORITHM } from './key-store.js';

/**
 * A token with an unknown key makes a replica read the keys again, but not more often than this, in seconds. Strangers can
 * send any number of such tokens.
 */
const LOOK_AGAIN_AFTER = 2;

interface SigningKey {
  kid: string;
  signsFrom: number;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
  publicJwk: JWK;
}

export interface SigningKeys {
  /** Returns the key that signs now: the newest whose `signs_from` has passed. */
  current: () => Promise<{ kid: string; privateKey: CryptoKey }>;
  /**
   * Returns the public key for a token.
   *
   * @throws {errors.JWKSNoMatchingKey} when no key has that id
   * @throws when the keys could not be read
   */
  forVerification: (header: JWTHeaderParameters) => Promise<CryptoKey>;
  /**
   * Checks whether tokens signed with that key may still be accepted.
   *
   * @throws when the keys could not be read
   */
  isInUse: (kid: string) => Promise<boolean>;
  /** Returns the JSON Web Key Set (RFC 7517 section 5): every key that may have signed a valid token, or soon will. */
  publicKeys: () => Promise<{ keys: JWK[] }>;
}

/**
 * Loads the keys of access tokens into this process, and makes the first one. They are read again every minute, so that a
 * new key is published everywhere long before it signs. While the store fails, the keys that were read last are used.
 *
 * @param logger logs when the keys could not be read again
 * @throws when stored keys can't be decrypted
 */
export async function createSigningKeys(
  keyStore: Pick<KeyStore, 'prepare' | 'read'>,
  logger: Pick<Logger, 'warn'>,
): Promise<SigningKeys> {
  let readAt = nowInSeconds();
  let keys = await Promise.all((await keyStore.prepare()).map(importKey));
  /** The last attempt to read them, which everyone shares who needs one. */
  let attempt = { at: readAt, keys: Promise.resolve(keys) };

  async function read(now: number): Promise<SigningKey[]> {
    try {
      keys = await Promise.all((await keyStore.read()).map(importKey));
      readAt = now;
      return keys;
    } catch (error) {
      logger.warn({ err: error }, 'the signing keys could not be read again');
      throw error;
    }
  }
  /** @param maxAge in seconds @throws when the keys are older than that and could not be read again */
  async function load(maxAge = RELOAD_AFTER): Promise<SigningKey[]> {
    const now = nowInSeconds();
    if (keys.length > 0 && now - readAt < maxAge) return keys;
    if (now - attempt.at >= LOOK_AGAIN_AFTER) attempt = { at: now, keys: read(now) };
    return attempt.keys;
  }
  async function lastKnown(): Promise<SigningKey[]> {
    try {
      return await load();
    } catch (error) {
      if (keys.length === 0) throw error;
      return keys;
    }
  }
  const find = (candidates: SigningKey[], kid: string | undefined) =>
    candidates.find((candidate) => candidate.kid === kid);

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
    async isInUse(kid) {
      return find(await lastKnown(), kid) !== undefined;
    },
    async publicKeys() {
      return { keys: (await lastKnown()).map(({ publicJwk }) => publicJwk) };
    },
  };
}

async function importKey({ jwk, signsFrom }: { jwk: JWK; signsFrom: number }): Promise<SigningKey> {
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
