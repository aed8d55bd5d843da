import { setNewest } from '../../bounded-map.js';
import { nowInSeconds } from '../../clock.js';
import type { AccessTokens, VerifiedClaims } from './access-token.js';
import type { SigningKeys } from './keys.js';

/** The most tokens that are remembered, which takes 9 MB. */
const MAX_REMEMBERED = 10_000;

/**
 * Returns the claims of an access token, or `undefined` when it is invalid. Does not check whether its grant is still
 * active.
 *
 * @param report called with the check that failed
 * @param digest the SHA-256 digest of the token
 * @throws when the keys can't be read
 */
export type VerifiedTokens = (
  token: string,
  report: ((reason: string) => void) | undefined,
  digest: string,
) => Promise<VerifiedClaims | undefined>;

/**
 * Verifies a token once and remembers its claims by its digest, because checking a signature takes longer than the rest of
 * a call. Only valid tokens are remembered, so strangers cannot fill the memory. A token is forgotten when it expires,
 * when the key that signed it is no longer among those that are read every minute, or when there are too many newer ones.
 */
export function createVerifiedTokens(
  accessTokens: Pick<AccessTokens, 'verify'>,
  keys: Pick<SigningKeys, 'isInUse'>,
): VerifiedTokens {
  const remembered = new Map<string, VerifiedClaims>();
  return async (token, report, digest) => {
    const known = remembered.get(digest);
    if (known !== undefined && known.exp > nowInSeconds() && (await keys.isInUse(known.kid))) return known;
    remembered.delete(digest);
    const claims = await accessTokens.verify(token, report);
    if (claims !== undefined) setNewest(remembered, digest, claims, MAX_REMEMBERED);
    return claims;
  };
}
