import type { Agent } from 'node:https';
import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { setNewest } from '../../bounded-map.js';
import { parseDocument } from '../../json.js';
import { keysUnavailable } from '../common/errors.js';
import type { KeySource } from './client.js';
import { fetchJson, JsonFetchError } from './fetch-json.js';
import { readKeySet } from './key-source.js';
import { sharedFetches } from './shared-fetches.js';

const MAX_CACHED = 200;
/** Milliseconds between two fetches because of an unknown key. Strangers can cause these with made-up assertions. */
const COOLDOWN_MS = 10_000;
/** How long a key set is used while its host does not answer. */
const MAX_STALE_MS = 86_400_000;

interface KeySet {
  getKey: JWTVerifyGetKey;
  fetchedAt: number;
  until: number;
  /** When it was last fetched, or tried to, because of an unknown key. */
  retriedAt: number;
}

export interface KeySets {
  /**
   * Verifies a signature with the keys of a client. When none of the cached ones matches, they are fetched once more,
   * because the client may have replaced them.
   *
   * @param beforeFetch called before a connection is made; it may throw to prevent it
   * @param verify verifies with the keys it is given
   * @throws what `verify` throws, {@link JsonFetchError}, or {OAuthError} 503 when too busy
   */
  verifyWith: <T>(
    source: KeySource,
    beforeFetch: () => Promise<void>,
    verify: (getKey: JWTVerifyGetKey) => Promise<T>,
  ) => Promise<T>;
}

/** Makes the cache of the key sets of clients. */
export function createKeySets(agent: Agent): KeySets {
  const cache = new Map<string, KeySet>();

  async function fetchKeys(uri: string): Promise<KeySet> {
    const { text, maxAge } = await fetchJson(new URL(uri), agent);
    const fetchedAt = Date.now();
    const keySet = {
      getKey: createLocalJWKSet(parse(text)),
      fetchedAt,
      until: fetchedAt + maxAge * 1000,
      retriedAt: cache.get(uri)?.retriedAt ?? 0,
    };
    setNewest(cache, uri, keySet, MAX_CACHED);
    return keySet;
  }

  const refreshed = sharedFetches(fetchKeys, (running) =>
    keysUnavailable(`${running} key sets of clients are being fetched already`),
  );

  async function current(uri: string, beforeFetch: () => Promise<void>): Promise<KeySet> {
    const cached = cache.get(uri);
    if (cached !== undefined && cached.until > Date.now()) return cached;
    return refreshed(uri, beforeFetch).catch((error: unknown) => {
      if (
        cached !== undefined &&
        error instanceof JsonFetchError &&
        cached.fetchedAt + MAX_STALE_MS > Date.now()
      )
        return cached;
      throw error;
    });
  }

  return {
    async verifyWith(source, beforeFetch, verify) {
      if ('jwks' in source) return verify(createLocalJWKSet(source.jwks));
      const begin = Date.now();
      const keySet = await current(source.jwks_uri, beforeFetch);
      try {
        return await verify(keySet.getKey);
      } catch (error) {
        const isRecent = keySet.fetchedAt >= begin || keySet.retriedAt + COOLDOWN_MS > begin;
        if (!isMismatch(error) || isRecent) throw error;
        keySet.retriedAt = begin;
        return verify((await refreshed(source.jwks_uri, beforeFetch)).getKey);
      }
    },
  };
}

function isMismatch(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed;
}

function parse(text: string) {
  let keys: ReturnType<typeof readKeySet>;
  try {
    keys = readKeySet(parseDocument(text));
  } catch {}
  if (keys === undefined) throw new JsonFetchError('absent', 'there is no JSON Web Key Set at the jwks_uri');
  return keys;
}
