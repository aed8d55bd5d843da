import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller } from '../caller.js';
import { nowInSeconds } from '../clock.js';
import { sha256 } from '../digest.js';
import type { Store } from '../store/database.js';

/** What the token of the settings is called; no stored token may have that name, or both would be the same caller. */
export const STATIC_TOKEN_NAME = 'static-token';

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
    id: `service:${STATIC_TOKEN_NAME}`,
    name: 'Service',
    scopes,
    clientId: STATIC_TOKEN_NAME,
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

/** What makes a stored token recognizable, to people, to scanners for leaked secrets, and before the database is asked. */
export const SERVICE_TOKEN_PREFIX = 'mcp_service_';

/** Checks the static tokens that an operator made by name. The caller is called like the token. */
export function storedServiceTokenVerifier(
  store: Store<ServiceTokenTables>,
): (token: string) => Promise<Caller | undefined> {
  return async (token) => {
    if (!token.startsWith(SERVICE_TOKEN_PREFIX)) return undefined;
    const row = await store
      .selectFrom('service_tokens')
      .selectAll()
      .where('token_hash', '=', sha256(token))
      .where((found) => found.or([found('expires_at', 'is', null), found('expires_at', '>', nowInSeconds())]))
      .executeTakeFirst();
    return (
      row && {
        kind: 'service',
        id: `service:${row.name}`,
        name: row.name,
        scopes: row.scopes.split(' '),
        clientId: STATIC_TOKEN_NAME,
      }
    );
  };
}

export interface ServiceTokenTables {
  service_tokens: ServiceTokensTable;
}

/** Static tokens an operator made, by name. */
export interface ServiceTokensTable {
  name: string;
  token_hash: string;
  /** Space-separated. */
  scopes: string;
  created_at: number;
  /** Null for one that does not expire. */
  expires_at: number | null;
}
