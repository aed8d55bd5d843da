import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Returns an unguessable value: 256 random bits as 43 characters that never need escaping. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Returns the SHA-256 digest, base64url-encoded. The database stores secrets only in this form. */
export function sha256(text: string): string {
  return hash('sha256', text, 'base64url');
}

/** Compares two digests in constant time. */
export function sameDigest(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
