import { hkdfSync } from 'node:crypto';
import { CompactEncrypt, compactDecrypt, type JWK } from 'jose';

/** Encrypts private keys for the database, and decrypts them again. */
export interface KeyEncryption {
  seal: (jwk: JWK) => Promise<string>;
  /** @throws when the key was sealed with another secret, or with a secret while none is set */
  open: (stored: string) => Promise<JWK>;
  /** Checks whether a stored key is in the form that the configuration asks for. */
  isCurrent: (stored: string) => boolean;
}

/**
 * Stores private keys as a JWE (RFC 7516) when there is a secret, otherwise as plain JSON. Plain keys stay readable, so
 * that a secret can be introduced later.
 */
export function keyEncryption(secret: string | undefined): KeyEncryption {
  const key =
    secret === undefined
      ? undefined
      : new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), 'signing key encryption', 32));
  return {
    async seal(jwk) {
      const text = JSON.stringify(jwk);
      if (key === undefined) return text;
      return new CompactEncrypt(new TextEncoder().encode(text))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .encrypt(key);
    },
    async open(stored) {
      if (!isSealed(stored)) return JSON.parse(stored) as JWK;
      if (key === undefined) throw new Error('The signing keys are encrypted: set KEY_ENCRYPTION_SECRET');
      try {
        const { plaintext } = await compactDecrypt(stored, key);
        return JSON.parse(new TextDecoder().decode(plaintext)) as JWK;
      } catch {
        throw new Error('KEY_ENCRYPTION_SECRET is not the one the signing keys were encrypted with');
      }
    },
    isCurrent: (stored) => isSealed(stored) === (key !== undefined),
  };
}

function isSealed(stored: string): boolean {
  return !stored.startsWith('{');
}
