import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A value nobody can guess: 256 random bits, 43 characters that need no escaping anywhere. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/** SHA-256, base64url. What the database keeps of anything secret. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** Compares two digests in constant time. */
export function sameDigest(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
