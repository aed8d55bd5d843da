import type { JSONWebKeySet, JWK } from 'jose';
import { isRecord } from '../../json.js';
import type { KeySource } from './client.js';
import { isFetchable } from './fetch-json.js';

const MAX_KEYS = 100;
/** The members of public keys that select and verify (RFC 7517 section 4, RFC 7518 section 6). */
const MEMBERS = ['kty', 'kid', 'alg', 'use', 'key_ops', 'crv', 'x', 'y', 'n', 'e'];
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
 * Reads a JSON Web Key Set (RFC 7517 section 5). Of its keys, only what is used is kept. A key that comes with its private
 * part is left out, because anyone could sign with it.
 *
 * @returns `undefined` when it is not a key set, or has no keys
 */
export function readKeySet(json: unknown): JSONWebKeySet | undefined {
  const list = isRecord(json) ? json['keys'] : undefined;
  if (!Array.isArray(list)) return undefined;
  const keys = list
    .filter((key) => isRecord(key) && !('d' in key))
    .slice(0, MAX_KEYS)
    .map(withoutRest);
  return keys.length > 0 ? { keys } : undefined;
}

function withoutRest(key: Record<string, unknown>): JWK {
  const used = MEMBERS.map((name) => [name, key[name]] as const).filter(([, value]) => isText(value));
  return Object.fromEntries(used) as JWK;
}

function isText(value: unknown): boolean {
  return (
    typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string'))
  );
}
