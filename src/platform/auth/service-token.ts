import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller } from '../caller.js';
import { nowInSeconds } from '../clock.js';
import { randomToken, sha256 } from '../digest.js';
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
const PREFIX = 'mcp_service_';

export interface ServiceTokenTables {
  service_tokens: ServiceTokensTable;
}

/** Static tokens an operator made, by name. */
export interface ServiceTokensTable {
  name: string;
  token_hash: string;
  /** Space-separated. */
  scopes: string;
  /** Seconds since 1970, like every time here. */
  created_at: number;
  /** Null for one that does not expire. */
  expires_at: number | null;
}

/** A stored token as people see it: the token itself is not kept. */
export type ListedServiceToken = Omit<ServiceTokensTable, 'token_hash'>;

export interface ServiceTokens {
  /**
   * Makes a token.
   *
   * @param lifetime seconds; it does not expire when left out
   * @returns the token, this one time; `undefined` when the name is taken
   */
  create: (
    name: string,
    scopes: string,
    lifetime?: number,
  ) => Promise<(ListedServiceToken & { token: string }) | undefined>;
  /** Every token, expired ones too. */
  list: () => Promise<ListedServiceToken[]>;
  /** Refuses a token from now on. @returns whether there was one of that name */
  revoke: (name: string) => Promise<boolean>;
  /** The caller of a token, who is called like it. @param report told why a token of this kind is refused */
  verify: (token: string, report?: (reason: string) => void) => Promise<Caller | undefined>;
}

/** The home of the static tokens that an operator made by name. */
export function createServiceTokens(store: Store<ServiceTokenTables>): ServiceTokens {
  return {
    async create(name, scopes, lifetime) {
      const token = `${PREFIX}${randomToken()}`;
      const now = nowInSeconds();
      const expires_at = lifetime === undefined ? null : now + lifetime;
      const row = { name, scopes, created_at: now, expires_at };
      const { numInsertedOrUpdatedRows } = await store
        .insertInto('service_tokens')
        .values({ ...row, token_hash: sha256(token) })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n ? { ...row, token } : undefined;
    },
    list: () =>
      store
        .selectFrom('service_tokens')
        .select(['name', 'scopes', 'created_at', 'expires_at'])
        .orderBy('name')
        .execute(),
    async revoke(name) {
      const { numDeletedRows } = await store
        .deleteFrom('service_tokens')
        .where('name', '=', name)
        .executeTakeFirst();
      return numDeletedRows === 1n;
    },
    async verify(token, report) {
      if (!token.startsWith(PREFIX)) return undefined;
      const row = await store
        .selectFrom('service_tokens')
        .selectAll()
        .where('token_hash', '=', sha256(token))
        .where((found) =>
          found.or([found('expires_at', 'is', null), found('expires_at', '>', nowInSeconds())]),
        )
        .executeTakeFirst();
      if (row === undefined) {
        report?.('a service token that is unknown, expired or revoked');
        return undefined;
      }
      return {
        kind: 'service',
        id: `service:${row.name}`,
        name: row.name,
        scopes: row.scopes.split(' '),
        clientId: STATIC_TOKEN_NAME,
      };
    },
  };
}
