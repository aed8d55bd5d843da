import type { Caller } from '../caller.js';
import { nowInSeconds } from '../clock.js';
import { randomToken, sameDigest, sha256 } from '../digest.js';
import type { Store } from '../store/database.js';
import { type Places, prepared } from '../store/prepared.js';
import type { TokenVerifier } from './bearer.js';

/** The name of the token from the settings. Stored tokens may not use it, or both would be the same caller. */
export const STATIC_TOKEN_NAME = 'static-token';

/**
 * Creates a verifier for static tokens. It compares digests, and always all of them, so that the time taken reveals
 * neither the length nor a matching prefix.
 *
 * @param tokens the accepted tokens; two while an operator rotates them
 * @param scopes the scopes granted to the service
 * @returns a function that returns the caller of the token with that digest
 */
export function serviceTokenVerifier(
  tokens: string[],
  scopes: string[],
): (digest: string) => Caller | undefined {
  const digests = tokens.map(sha256);
  const caller: Caller = {
    kind: 'service',
    id: `service:${STATIC_TOKEN_NAME}`,
    name: 'Service',
    scopes,
    clientId: STATIC_TOKEN_NAME,
  };
  return (digest) => {
    const matches = digests.map((expected) => sameDigest(expected, digest));
    return matches.includes(true) ? caller : undefined;
  };
}

/** Makes stored tokens recognizable to people and secret scanners, and saves a database query for all other tokens. */
const PREFIX = 'mcp_service_';

export interface ServiceTokenTables {
  service_tokens: ServiceTokensTable;
}

/** Static tokens created by an operator, each with a name. */
export interface ServiceTokensTable {
  name: string;
  token_hash: string;
  /** Space-separated. */
  scopes: string;
  /** Seconds since 1970, like every time here. */
  created_at: number;
  /** Null if it does not expire. */
  expires_at: number | null;
}

/** A stored token as people see it. The token itself is not kept. */
export type ListedServiceToken = Omit<ServiceTokensTable, 'token_hash'>;

export interface ServiceTokens {
  /**
   * Creates a token.
   *
   * @param lifetime seconds; when omitted, the token does not expire
   * @returns the token, which cannot be read again; `undefined` if the name is taken
   */
  create: (
    name: string,
    scopes: string,
    lifetime?: number,
  ) => Promise<(ListedServiceToken & { token: string }) | undefined>;
  /** Returns every token, including expired ones. */
  list: () => Promise<ListedServiceToken[]>;
  /** Revokes a token. @returns whether there was a token with that name */
  revoke: (name: string) => Promise<boolean>;
  /** Returns the caller of a token, named after it. */
  verify: TokenVerifier;
}

/** Creates the repository of named static tokens, the only code with SQL on their table. */
export function createServiceTokens(store: Store<ServiceTokenTables>): ServiceTokens {
  const findUnexpired = prepared(store, ({ hash, now }: Places<{ hash: string; now: number }>) =>
    store
      .selectFrom('service_tokens')
      .select(['name', 'scopes'])
      .where('token_hash', '=', hash)
      .where((found) => found.or([found('expires_at', 'is', null), found('expires_at', '>', now)])),
  );
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
    async verify(token, report, digest) {
      if (!token.startsWith(PREFIX)) return undefined;
      const row = await findUnexpired({ hash: digest, now: nowInSeconds() });
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
