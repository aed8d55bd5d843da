import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller } from '../caller.js';

/**
 * Checks a static token. Both sides are hashed first, so that the comparison takes the same time whatever the
 * length or the matching part, and every configured token is compared.
 *
 * @param tokens the accepted tokens; two while an operator rotates them
 * @param scopes what a service may do
 */
export function serviceTokenVerifier(
  tokens: string[],
  scopes: string[],
): (token: string) => Caller | undefined {
  const digests = tokens.map(digest);
  const caller: Caller = {
    kind: 'service',
    id: 'service:static-token',
    name: 'Service',
    scopes,
    clientId: 'static-token',
  };
  return (token) => {
    const candidate = digest(token);
    const matches = digests.map((expected) => timingSafeEqual(expected, candidate));
    return matches.includes(true) ? caller : undefined;
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
