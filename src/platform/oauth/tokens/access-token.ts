import { randomUUID } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { nowInSeconds } from '../../clock.js';
import { describeJwtFault } from '../../jwt-fault.js';
import { SIGNING_ALGORITHM } from './key-store.js';
import type { SigningKeys } from './keys.js';

/** The claims of an access token (RFC 9068 section 2.2), and the grant it belongs to. */
export interface AccessTokenClaims {
  sub: string;
  client_id: string;
  scope: string;
  aud: string;
  jti: string;
  /** Seconds since 1970. */
  exp: number;
  /** The id of the grant, so that revoking it ends the token at once. */
  gid: string;
}

/** The claims of a token whose signature was verified. */
export interface VerifiedClaims extends AccessTokenClaims {
  /** The id of the key that signed it. */
  kid: string;
}

export interface AccessTokens {
  /** Signs a token for a grant. `scope` is space-separated. */
  sign: (claims: Pick<AccessTokenClaims, 'sub' | 'client_id' | 'scope' | 'aud' | 'gid'>) => Promise<string>;
  /**
   * Verifies a token and returns its claims, or `undefined` when it is invalid. Does not check whether its grant is still
   * active.
   *
   * @param report called with the check that failed
   * @throws when the keys can't be read, because a token that can't be checked must not be called invalid
   */
  verify: (token: string, report?: (reason: string) => void) => Promise<VerifiedClaims | undefined>;
}

/**
 * Makes the signer and verifier of access tokens, which are JWTs (RFC 9068).
 *
 * @param lifetime in seconds
 */
export function createAccessTokens(
  keys: SigningKeys,
  { issuer, resource, lifetime }: { issuer: string; resource: string; lifetime: number },
): AccessTokens {
  return {
    async sign({ sub, client_id, scope, aud, gid }) {
      const { kid, privateKey } = await keys.current();
      const now = nowInSeconds();
      return new SignJWT({ client_id, scope, gid })
        .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: 'at+jwt', kid })
        .setIssuer(issuer)
        .setSubject(sub)
        .setAudience(aud)
        .setJti(randomUUID())
        .setIssuedAt(now)
        .setExpirationTime(now + lifetime)
        .sign(privateKey);
    },
    async verify(token, report) {
      try {
        const { payload, protectedHeader } = await jwtVerify(token, keys.forVerification, {
          issuer,
          audience: resource,
          typ: 'at+jwt',
          algorithms: [SIGNING_ALGORITHM],
          requiredClaims: ['sub', 'client_id', 'scope', 'jti', 'exp', 'gid'],
        });
        return { ...(payload as JWTPayload & AccessTokenClaims), kid: protectedHeader.kid ?? '' };
      } catch (error) {
        if (!(error instanceof errors.JOSEError)) throw error;
        report?.(describeJwtFault(error));
        return undefined;
      }
    },
  };
}
