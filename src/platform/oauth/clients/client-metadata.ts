import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { sha256 } from '../../digest.js';
import { isRecord, withoutNulls } from '../../json.js';
import { quoted } from '../../log-text.js';
import { OAuthError } from '../common/errors.js';
import { GRANT_TYPES } from './client.js';
import { keySource } from './key-source.js';
import { isLoopbackRedirect, type RedirectUris, sortRedirectUris, withoutPort } from './redirect-uri.js';

/** How many redirect URIs a refusal lists. */
const MAX_LISTED_FAULTS = 5;

// PostgreSQL cannot store null bytes.
const text = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\0]*$/);

/** Client metadata (RFC 7591 section 2). Omitted fields get their effective value; unknown fields are dropped. */
const clientMetadata = z.object({
  redirect_uris: z.array(z.string()),
  // The page shows the beginning of a long name.
  client_name: text(1000).optional(),
  client_uri: text(500)
    .pipe(z.url({ protocol: /^https?$/ }))
    .optional()
    .catch(undefined),
  token_endpoint_auth_method: z
    .enum(['none', 'client_secret_post', 'client_secret_basic', 'private_key_jwt'])
    .default('client_secret_basic'),
  grant_types: z
    .array(text(100))
    .max(10)
    .default(GRANT_TYPES)
    .transform((types) => GRANT_TYPES.filter((type) => types.includes(type)))
    .refine((types) => types.includes('authorization_code')),
  response_types: z
    .array(text(50))
    .max(10)
    .default(['code'])
    .refine((types) => types.includes('code'))
    .transform(() => ['code']),
  jwks: z.unknown().optional(),
  jwks_uri: z.unknown().optional(),
});

export type ClientMetadata = Omit<z.output<typeof clientMetadata>, 'jwks' | 'jwks_uri'> & {
  jwks?: JSONWebKeySet;
  jwks_uri?: string;
};

/**
 * Checks client metadata. Of its redirect URIs it keeps those that can be used.
 *
 * @param body the parsed JSON of a registration
 * @param ownSchemes the schemes in `REDIRECT_SCHEMES`
 * @throws {OAuthError} naming the invalid field
 */
export function parseClientMetadata(body: unknown, ownSchemes: readonly string[]): ClientMetadata {
  if (!isRecord(body)) {
    throw new OAuthError('invalid_client_metadata', 'The body must be a JSON object of client metadata', {
      detail: 'the body is not a JSON object',
    });
  }
  const given = withoutNulls(body);
  const sorted = sortRedirectUris(given['redirect_uris'], ownSchemes);
  if (sorted.usable.length === 0) throw noRedirectUri(sorted);
  const parsed = clientMetadata.safeParse({ ...given, redirect_uris: sorted.usable });
  if (parsed.success) return withKeys(parsed.data);
  const field = String(parsed.error.issues[0]?.path[0]);
  throw new OAuthError('invalid_client_metadata', `The value of ${field} is not acceptable`, {
    detail: `${field} is not acceptable`,
  });
}

/** Keeps the keys of a client that signs assertions, and drops those of others. */
function withKeys({ jwks, jwks_uri, ...metadata }: z.output<typeof clientMetadata>): ClientMetadata {
  if (metadata.token_endpoint_auth_method !== 'private_key_jwt') return metadata;
  const keys = keySource({ jwks, jwks_uri });
  if (keys !== undefined) return { ...metadata, ...keys };
  throw new OAuthError(
    'invalid_client_metadata',
    'private_key_jwt needs jwks, or a jwks_uri with https at a public host',
    { detail: 'private_key_jwt without usable keys' },
  );
}

/** Returns a digest that ignores the order of the redirect URIs and the port of loopback ones, which never matter. */
export function digestOf(metadata: ClientMetadata): string {
  const redirect_uris = metadata.redirect_uris
    .map((uri) => (isLoopbackRedirect(uri) ? withoutPort(uri) : uri))
    .toSorted();
  return sha256(JSON.stringify({ ...metadata, redirect_uris }));
}

/** Returns where the keys of a client are, as JSON; null when it signs no assertions. */
export function keysColumn(metadata: ClientMetadata): string | null {
  const keys = keySource(metadata);
  return keys === undefined ? null : JSON.stringify(keys);
}

/** Makes the refusal of metadata without a usable redirect URI (RFC 7591 section 3.2.2): which, and why. */
function noRedirectUri({ faults }: RedirectUris): OAuthError {
  if (faults.length === 0) {
    return new OAuthError(
      'invalid_redirect_uri',
      'redirect_uris must list at least one address: https, http on the same computer, or the scheme of an application',
      { detail: 'redirect_uris are missing, or not a list of addresses' },
    );
  }
  const listed = faults.slice(0, MAX_LISTED_FAULTS);
  const reasons = listed.map(({ number, fault }) => `Number ${number}: ${fault}`).join('. ');
  const rest = faults.length > listed.length ? `. And ${faults.length - listed.length} more` : '';
  return new OAuthError('invalid_redirect_uri', `None of the redirect_uris can be used. ${reasons}${rest}`, {
    detail: listed
      .map(({ uri, fault }) => `${quoted(typeof uri === 'string' ? uri : JSON.stringify(uri))}: ${fault}`)
      .join('; '),
  });
}
