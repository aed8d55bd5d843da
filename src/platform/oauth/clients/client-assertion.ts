import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { nowInSeconds } from '../../clock.js';
import { quoted } from '../../log-text.js';
import { invalidClient, keysUnavailable, OAuthError } from '../common/errors.js';
import type { Form } from '../common/params.js';
import type { Client } from './client.js';
import { JsonFetchError } from './fetch-json.js';
import type { KeySets } from './key-sets.js';
import type { UsedAssertions } from './used-assertions.js';

/** The algorithms of assertions: with a private key only, because a shared secret would be in a public document. */
export const ASSERTION_ALGORITHMS = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
];
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** How far the clock of a client may be off, in seconds. */
const CLOCK_TOLERANCE = 60;
/** The longest time from now to the expiry of an assertion, in seconds. Libraries set a minute to an hour. */
const MAX_LIFETIME = 2 * 3600;

export interface ClientAssertions {
  /**
   * Verifies the assertion of a client (RFC 7523 section 3), and uses it up.
   *
   * @param audience the identifiers of this server that it may be addressed to
   * @param beforeFetch called before keys are fetched; it may throw to prevent it
   * @throws {OAuthError} `invalid_client` with 401; 503 when the keys cannot be had
   */
  verify: (
    client: Client,
    assertion: string,
    audience: string[],
    beforeFetch: () => Promise<void>,
  ) => Promise<void>;
}

/** Makes the verification of client assertions, for `private_key_jwt`. */
export function createClientAssertions(
  keySets: KeySets,
  used: Pick<UsedAssertions, 'use'>,
): ClientAssertions {
  return {
    async verify(client, assertion, audience, beforeFetch) {
      const { clientId, keys } = client;
      if (keys === undefined) throw refusal('the client has no keys to sign assertions with');
      const check = (getKey: JWTVerifyGetKey) => verifySignature(assertion, getKey, { clientId, audience });
      const { exp, jti, iat } = await keySets.verifyWith(keys, beforeFetch, check).catch((error: unknown) => {
        throw explained(error, audience);
      });
      const now = nowInSeconds();
      if (exp === undefined || exp > now + MAX_LIFETIME + CLOCK_TOLERANCE)
        throw refusal(`the assertion expires more than ${MAX_LIFETIME} seconds from now`);
      if (iat !== undefined && iat > now + CLOCK_TOLERANCE)
        throw refusal('the iat of the assertion is in the future');
      if (typeof jti !== 'string' || jti === '') throw refusal('the jti of the assertion is not a text');
      if (!(await used.use(clientId, jti, Math.ceil(exp) + CLOCK_TOLERANCE)))
        throw refusal('the assertion was used before');
    },
  };
}

/**
 * Reads the assertion in a form (RFC 7521 section 4.2).
 *
 * @throws {OAuthError} `invalid_request` for one without its type, or `invalid_client` for another type
 */
export function readAssertion({
  client_assertion: assertion,
  client_assertion_type: type,
}: Form): string | undefined {
  if (assertion === undefined && type === undefined) return undefined;
  if (assertion === undefined || type === undefined) {
    const description = 'client_assertion and client_assertion_type belong together';
    throw new OAuthError('invalid_request', description, { detail: 'only one of the two was sent' });
  }
  if (type !== ASSERTION_TYPE) throw refusal(`client_assertion_type is ${quoted(type)}`);
  return assertion;
}

/** Returns the client that an assertion claims to be of, before it is checked. */
export function claimedSubject({ client_assertion: assertion }: Form): string | undefined {
  try {
    const { sub } = decodeJwt(assertion ?? '');
    // PostgreSQL fails on a null byte instead of finding no row.
    return typeof sub === 'string' && sub !== '' && !sub.includes('\0') ? sub : undefined;
  } catch {
    return undefined;
  }
}

async function verifySignature(
  assertion: string,
  getKey: JWTVerifyGetKey,
  { clientId, audience }: { clientId: string; audience: string[] },
): Promise<JWTPayload> {
  const options = {
    algorithms: ASSERTION_ALGORITHMS,
    issuer: clientId,
    subject: clientId,
    audience,
    requiredClaims: ['exp', 'jti'],
    clockTolerance: CLOCK_TOLERANCE,
  };
  try {
    return (await jwtVerify(assertion, getKey, options)).payload;
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) return verifyWithAny(assertion, error, options);
    if (error instanceof errors.JOSEError) throw error;
    // A key that the platform refuses, for one.
    throw new errors.JWKSInvalid((error as Error).message);
  }
}

/** Tries every key that may have signed an assertion whose header names none. */
async function verifyWithAny(
  assertion: string,
  keys: errors.JWKSMultipleMatchingKeys,
  options: Parameters<typeof jwtVerify>[2],
): Promise<JWTPayload> {
  for await (const key of keys) {
    try {
      return (await jwtVerify(assertion, key, options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

/** Makes the refusal for what went wrong with an assertion, or with its keys. */
function explained(error: unknown, audience: string[]): unknown {
  if (error instanceof JsonFetchError)
    return error.problem === 'failed' ? keysUnavailable(error.message) : refusal(error.message);
  if (!(error instanceof errors.JOSEError)) return error;
  const { aud } = error instanceof errors.JWTClaimValidationFailed ? error.payload : {};
  if (typeof aud === 'string' && !audience.includes(aud))
    return refusal(
      `the aud of the assertion is ${quoted(aud)}, expected ${audience.map(quoted).join(' or ')}`,
    );
  return refusal(`the assertion is not acceptable: ${error.message}`);
}

function refusal(detail: string): OAuthError {
  return invalidClient('The client assertion is not acceptable', detail);
}
