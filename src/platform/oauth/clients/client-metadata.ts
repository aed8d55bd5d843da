import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { sha256 } from '../../digest.js';
import { OAuthError } from '../common/errors.js';
import { GRANT_TYPES } from './client.js';
import { keySource } from './key-source.js';
import { isAcceptableRedirectUri, isLoopbackRedirect, withoutPort } from './redirect-uri.js';

// PostgreSQL cannot store null bytes.
const text = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\0]*$/);

const redirectUris = z.array(z.string().refine(isAcceptableRedirectUri)).min(1).max(10);

/** Client metadata (RFC 7591 section 2). Omitted fields get their effective value; unknown fields are dropped. */
const clientMetadata = z.object({
  redirect_uris: redirectUris,
  client_name: text(120).optional(),
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
 * Checks client metadata.
 *
 * @param body the parsed JSON of a registration
 * @throws {OAuthError} naming the invalid field
 */
export function parseClientMetadata(body: unknown): ClientMetadata {
  const parsed = clientMetadata.safeParse(withoutNulls(body));
  if (parsed.success) return withKeys(parsed.data);
  const field = parsed.error.issues[0]?.path[0];
  if (field === 'redirect_uris') {
    throw new OAuthError(
      'invalid_redirect_uri',
      'redirect_uris must hold 1 to 10 addresses: https, http on the same computer, or the scheme of an application',
      { detail: 'redirect_uris are missing or not acceptable' },
    );
  }
  const known = typeof field === 'string' && field in clientMetadata.shape;
  throw new OAuthError(
    'invalid_client_metadata',
    known ? `The value of ${field} is not acceptable` : 'The body must be a JSON object of client metadata',
    { detail: known ? `${field} is not acceptable` : 'the body is not a JSON object' },
  );
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

/** Drops null values, which some clients send for fields they leave out. */
function withoutNulls(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}
