import { createHmac } from 'node:crypto';
import { nowInSeconds } from '../../clock.js';
import { sha256 } from '../../digest.js';
import type { Logger } from '../../logger.js';
import type { Store } from '../../store/database.js';
import { OAuthError } from '../common/errors.js';
import type { OAuthTables } from '../tables.js';
import {
  assertResource,
  endGrant,
  endStolenGrant,
  findGrant,
  type Grant,
  insertRefreshToken,
  invalidGrant,
  prolongGrant,
} from './grants.js';

/** A grant ends a year after the sign-in, however often it was refreshed; in seconds. */
const MAX_GRANT_AGE = 365 * 86_400;

export interface RefreshRequest {
  refreshToken: string;
  clientId: string;
  /** Space-separated; may narrow what was granted, never widen it. */
  scope: string | undefined;
  resource: string | undefined;
}

export interface RefreshSettings {
  /** Makes the successor of a token; never leaves the server. */
  key: Buffer;
  /** Seconds a used token still answers with its successor. */
  grace: number;
  /** Seconds a refresh token lives. */
  refreshTtl: number;
  /** Seconds the grant lives from now on. */
  grantTtl: number;
  /** Told of reuse. */
  logger: Logger;
  /** What a user may allow now; nothing for one who may no longer sign in. */
  allowedScopes: (username: string) => Promise<string[]>;
}

/**
 * Exchanges a refresh token for its successor (OAuth 2.1 section 4.3.1). The successor is computed from the token, so
 * that a retry after a lost answer and a second process of the same client get the same one: within the grace time, and
 * until the successor itself is used. Any later use means that two parties hold the token, and ends the grant.
 * Everything else is checked before the token is consumed, so that a refused request burns nothing.
 *
 * @throws {OAuthError} `invalid_grant`, `invalid_scope` or `invalid_target`
 */
export async function refreshGrant(
  store: Store<OAuthTables>,
  request: RefreshRequest,
  settings: RefreshSettings,
): Promise<{ grant: Grant; scope: string; refreshToken: string }> {
  const now = nowInSeconds();
  const tokenHash = sha256(request.refreshToken);
  const token = await findRefreshToken(store, tokenHash);
  const grant = token && (await findGrant(store, token.grant_id));
  if (!grant || grant.client_id !== request.clientId) throw invalidGrant();
  const scope = narrowedScope(request.scope, grant);
  assertResource(request.resource, grant);
  const allowed = await settings.allowedScopes(grant.username);
  const scopes = scope.split(' ').filter((name) => allowed.includes(name));
  if (grant.created_at + MAX_GRANT_AGE < now || scopes.length === 0) {
    await endGrant(store, grant.id);
    throw invalidGrant();
  }

  const successor = createHmac('sha256', settings.key).update(request.refreshToken).digest('base64url');
  const accepted = await store.transaction().execute(async (transaction) => {
    const { numUpdatedRows } = await transaction
      .updateTable('refresh_tokens')
      .set({ used_at: now })
      .where('token_hash', '=', tokenHash)
      .where('used_at', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows !== 1n) {
      const used = await findRefreshToken(transaction, tokenHash);
      const next = await findRefreshToken(transaction, sha256(successor));
      const isRetry = used?.used_at != null && now - used.used_at <= settings.grace && next?.used_at === null;
      if (!isRetry) return false;
    }
    await prolongGrant(transaction, grant.id, now + settings.grantTtl);
    await insertRefreshToken(transaction, successor, grant.id, now + settings.refreshTtl);
    return true;
  });
  if (!accepted) {
    await endStolenGrant(store, grant, settings.logger, 'a refresh token was used again');
    throw invalidGrant();
  }
  return { grant, scope: scopes.join(' '), refreshToken: successor };
}

function findRefreshToken(store: Pick<Store<OAuthTables>, 'selectFrom'>, tokenHash: string) {
  return store
    .selectFrom('refresh_tokens')
    .selectAll()
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', nowInSeconds())
    .executeTakeFirst();
}

function narrowedScope(scope: string | undefined, grant: Grant): string {
  if (scope === undefined) return grant.scopes;
  const granted = grant.scopes.split(' ');
  const asked = [...new Set(scope.split(' ').filter(Boolean))];
  if (asked.length > 0 && asked.every((name) => granted.includes(name))) return asked.join(' ');
  throw new OAuthError('invalid_scope', 'The scope exceeds what was granted');
}
