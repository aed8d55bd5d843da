import { hkdfSync } from 'node:crypto';
import { CompactEncrypt, compactDecrypt, type JWK } from 'jose';

/** How a private key is written into the database and read back. */
export interface KeyEncryption {
  seal: (jwk: JWK) => Promise<string>;
  /** @throws when it was sealed with another secret, or with one and none is set */
  open: (stored: string) => Promise<JWK>;
  /** Whether a stored key is written as it should be, given what is configured. */
  isCurrent: (stored: string) => boolean;
}

/**
 * Private keys as a JWE (RFC 7516) when there is a secret, as plain JSON when there is none. Plain keys stay readable, so
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
