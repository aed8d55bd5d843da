import { createRemoteJWKSet, customFetch, errors, jwtVerify, type RemoteJWKSet } from 'jose';
import { z } from 'zod';
import type { Caller } from '../caller.js';
import { UnavailableError } from '../http/errors.js';
import { describeJwtFault } from '../jwt-fault.js';
import type { Logger } from '../logger.js';
import { isLoopbackHost } from '../loopback.js';
import type { RefusalReport } from './bearer.js';
import { foreignIssuer, toCaller, whyNotAccessToken } from './external-claims.js';

const TIMEOUT_MS = 5000;
/** How long fetched keys are trusted, even while the provider is down. */
const KEYS_MAX_AGE_MS = 600_000;
/** Only asymmetric algorithms: a symmetric key would be a secret shared with the provider. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** Error codes that concern the key set rather than the token. */
const PROVIDER_FAULTS = ['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC'];

const providerMetadata = z.object({
  issuer: z.string(),
  jwks_uri: z.url(),
  code_challenge_methods_supported: z.array(z.string()).default([]),
});

export interface ExternalOptions {
  /** Must match the provider's own `issuer` exactly. */
  issuer: string;
  /** `aud` must contain at least one of these. */
  audiences: string[];
  logger: Logger;
  /** Minimum time between attempts to reach the provider for missing metadata or keys, in milliseconds. */
  cooldownMs?: number;
}

/**
 * Creates a verifier for the access tokens of an external identity provider: JWTs (RFC 9068, or plain ones) from one
 * issuer, for one of the audiences, signed with a key the provider publishes.
 *
 * @throws {UnavailableError} from the verifier, when it needs the provider and cannot reach it
 */
export function externalVerifier(
  options: ExternalOptions,
): (token: string, report?: RefusalReport) => Promise<Caller | undefined> {
  const { issuer, audiences, logger, cooldownMs = 30_000 } = options;
  let keys: Promise<RemoteJWKSet> | undefined;
  let failedAt = Number.NEGATIVE_INFINITY;
  const isCoolingDown = () => Date.now() - failedAt < cooldownMs;

  async function findKeys(): Promise<RemoteJWKSet> {
    const { jwks_uri, code_challenge_methods_supported } = await discover(issuer);
    if (!code_challenge_methods_supported.includes('S256')) {
      logger.warn(
        { issuer },
        'the identity provider does not announce PKCE with S256: MCP clients will refuse it',
      );
    }
    return createRemoteJWKSet(new URL(jwks_uri), {
      timeoutDuration: TIMEOUT_MS,
      cooldownDuration: cooldownMs,
      cacheMaxAge: KEYS_MAX_AGE_MS,
      // jose's own cooldown counts only from the last success.
      async [customFetch](url, init) {
        if (isCoolingDown()) throw new UnavailableError('Access tokens cannot be checked at the moment');
        return fetch(url, init);
      },
    });
  }

  function providerKeys(): Promise<RemoteJWKSet> {
    if (keys === undefined && isCoolingDown())
      throw new UnavailableError('Access tokens cannot be checked at the moment');
    keys ??= findKeys().catch((error: unknown) => {
      keys = undefined;
      failedAt = Date.now();
      logger.warn({ err: error, issuer }, 'the identity provider cannot be used');
      throw new UnavailableError('Access tokens cannot be checked at the moment');
    });
    return keys;
  }

  // Warns the operator early. A failure is fine: the provider may start after this server.
  providerKeys().catch(() => {});

  return async (token, report) => {
    // Tokens that do not even claim to be from the provider must not cause a request to it.
    const foreign = foreignIssuer(token, issuer);
    if (foreign !== undefined) {
      report?.(foreign);
      return undefined;
    }
    const keySet = await providerKeys();
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keySet, {
        issuer,
        audience: audiences,
        algorithms: ALGORITHMS,
        clockTolerance: 30,
        requiredClaims: ['exp', 'sub'],
      });
      const fault = whyNotAccessToken(payload, protectedHeader.typ);
      if (fault === undefined) return toCaller(payload);
      report?.(fault);
      return undefined;
    } catch (error) {
      if (error instanceof UnavailableError) throw error;
      if (error instanceof errors.JOSEError && !PROVIDER_FAULTS.includes(error.code)) {
        report?.(describeJwtFault(error));
        return undefined;
      }
      failedAt = Date.now();
      logger.warn({ err: error, issuer }, 'the keys of the identity provider cannot be read');
      throw new UnavailableError('Access tokens cannot be checked at the moment');
    }
  };
}

/** Tries the places the MCP authorization spec lists: RFC 8414, then both forms of OpenID Connect Discovery. */
async function discover(issuer: string): Promise<z.output<typeof providerMetadata>> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const places = new Set([
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ]);
  const problems: string[] = [];
  for (const place of places) {
    try {
      return await readMetadata(place, issuer);
    } catch (error) {
      problems.push(`${place}: ${(error as Error).message}`);
    }
  }
  throw new Error(problems.join('; '));
}

/** Reads metadata. @throws when there is none, or its issuer differs (compared as text, RFC 8414 section 3.3) */
async function readMetadata(place: string, issuer: string) {
  const response = await fetch(place, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
  if (!response.ok) throw new Error(`status ${response.status}`);
  const metadata = providerMetadata.parse(await response.json());
  if (metadata.issuer !== issuer) throw new Error(`names another issuer, ${metadata.issuer}`);
  const { protocol, hostname } = new URL(metadata.jwks_uri);
  if (protocol !== 'https:' && !isLoopbackHost(hostname)) throw new Error('jwks_uri is not https');
  return metadata;
}
