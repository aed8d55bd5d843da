import type { JSONWebKeySet, JWK } from 'jose';
import type { KeySource } from './client.js';
import { isFetchable } from './fetch-json.js';

const MAX_KEYS = 100;
const MAX_URL_LENGTH = 500;

/**
 * Reads where the keys of a client are from its metadata (RFC 7591 section 2). When both are given, the keys themselves
 * count.
 *
 * @returns `undefined` when there is neither a key set nor an address it can be fetched from
 */
export function keySource({
  jwks,
  jwks_uri: uri,
}: {
  jwks?: unknown;
  jwks_uri?: unknown;
}): KeySource | undefined {
  const keys = readKeySet(jwks);
  if (keys !== undefined) return { jwks: keys };
  const fetchable =
    typeof uri === 'string' && uri.length <= MAX_URL_LENGTH && URL.canParse(uri) && isFetchable(new URL(uri));
  return fetchable ? { jwks_uri: uri } : undefined;
}

/**
 * Reads a JSON Web Key Set (RFC 7517 section 5). What is no key is left out, and a null member counts as left out.
 *
 * @returns `undefined` when it is not a key set, or an empty one
 */
export function readKeySet(json: unknown): JSONWebKeySet | undefined {
  const list = isObject(json) ? json['keys'] : undefined;
  if (!Array.isArray(list)) return undefined;
  const keys = list
    .filter(isObject)
    .slice(0, MAX_KEYS)
    .map((key) => Object.fromEntries(Object.entries(key).filter(([, value]) => value !== null)) as JWK);
  return keys.length > 0 ? { keys } : undefined;
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
