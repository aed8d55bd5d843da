import { createHmac } from 'node:crypto';
import { nowInSeconds } from '../../clock.js';
import { randomToken, sha256 } from '../../digest.js';
import { scopeNames } from '../../scopes.js';
import type { Store } from '../../store/database.js';
import { skipLocked } from '../../store/locks.js';
import { type Places, prepared } from '../../store/prepared.js';
import { inTransaction } from '../../store/transaction.js';
import { invalidGrant, OAuthError } from '../common/errors.js';
import { assertGranted } from '../common/resource.js';
import type { OAuthStore } from '../tables.js';
import { assertProven, type Grant, type GrantClient, type GrantRows } from './grant-rows.js';

/** A grant ends a year after the sign-in, however often it is refreshed; in seconds. */
const MAX_GRANT_AGE = 365 * 86_400;

/** A client's request for new tokens. */
export interface RefreshRequest {
  refreshToken: string;
  client: GrantClient;
  /** Space-separated; narrows the granted scope, and never widens it. */
  scope: string | undefined;
  resource: string | undefined;
}

export interface RefreshSettings {
  /** Loads the key that makes successors of tokens. The key never leaves the server. Called once. */
  successorKey: () => Promise<Buffer>;
  /** How long a used token is still answered with its successor, in seconds. */
  grace: number;
  /** The lifetime of a refresh token, in seconds. */
  refreshTtl: number;
  /** How long a refresh extends the grant, in seconds from now. */
  grantTtl: number;
  /** Returns the scopes a user may grant now; none when they may no longer sign in. */
  allowedScopes: (username: string) => Promise<string[]>;
}

/** Makes the home of refresh tokens. Only their hashes are stored. */
export function createRefreshTokens(
  store: OAuthStore<'refresh_tokens'>,
  grants: GrantRows,
  settings: RefreshSettings,
) {
  let key: Buffer | undefined;
  /** Computes the successor of a token with a key that never leaves the server. */
  async function successorOf(refreshToken: string): Promise<string> {
    key ??= await settings.successorKey();
    return createHmac('sha256', key).update(refreshToken).digest('base64url');
  }

  const findExpiredToo = (token: string, transaction = store) =>
    transaction
      .selectFrom('refresh_tokens')
      .selectAll()
      .where('token_hash', '=', sha256(token))
      .executeTakeFirst();

  const find = async (token: string, transaction: typeof store) => {
    const row = await findExpiredToo(token, transaction);
    return row && row.expires_at > nowInSeconds() ? row : undefined;
  };

  const inserted = prepared(
    store,
    ({ hash, grantId, expiresAt }: Places<{ hash: string; grantId: string; expiresAt: number }>) =>
      store
        .insertInto('refresh_tokens')
        .values({ token_hash: hash, grant_id: grantId, expires_at: expiresAt })
        .onConflict((conflict) => conflict.column('token_hash').doNothing())
        .returning('token_hash'),
  );

  async function insert(token: string, grantId: string, transaction: typeof store): Promise<void> {
    const expiresAt = nowInSeconds() + settings.refreshTtl;
    await inserted({ hash: sha256(token), grantId, expiresAt }, transaction);
  }

  const usedFirst = prepared(store, ({ hash, now }: Places<{ hash: string; now: number }>) =>
    store
      .updateTable('refresh_tokens')
      .set({ used_at: now })
      .where('token_hash', '=', hash)
      .where('used_at', 'is', null)
      .returning('token_hash'),
  );

  /**
   * Uses a token up.
   *
   * @returns whether this was its first use, or a retry of that
   */
  async function use(
    token: string,
    successor: string,
    now: number,
    transaction: typeof store,
  ): Promise<boolean> {
    if (await usedFirst({ hash: sha256(token), now }, transaction)) return true;
    const used = await find(token, transaction);
    const next = await find(successor, transaction);
    return used?.used_at != null && now - used.used_at <= settings.grace && next?.used_at === null;
  }

  /** Finds the grant of a token, unless either has expired. */
  const grantOf = grants.finder(({ hash, now }) =>
    store
      .selectFrom('refresh_tokens')
      .select('grant_id')
      .where('token_hash', '=', hash)
      .where('expires_at', '>', now),
  );

  async function whyWithoutGrant(refreshToken: string, now: number): Promise<string> {
    const token = await findExpiredToo(refreshToken);
    if (token === undefined) return 'the refresh token is unknown, or its grant has ended';
    return token.expires_at <= now
      ? 'the refresh token has expired'
      : 'the grant of the refresh token has expired';
  }

  /**
   * Checks everything about a request before its token is consumed.
   *
   * @throws {OAuthError} `invalid_client`, `invalid_grant`, `invalid_scope` or `invalid_target`
   */
  async function check(request: RefreshRequest, now: number): Promise<{ grant: Grant; scope: string }> {
    const grant = await grantOf({ hash: sha256(request.refreshToken), now });
    if (grant === undefined) throw invalidGrant(await whyWithoutGrant(request.refreshToken, now));
    if (grant.client_id !== request.client.clientId)
      throw invalidGrant('the refresh token belongs to another client', { suspicious: true });
    assertProven(grant, request.client);
    assertGranted(request.resource, grant.resource);
    const allowed = await settings.allowedScopes(grant.username);
    const scopes = scopeNames(grant.scopes).filter((name) => allowed.includes(name));
    if (grant.created_at + MAX_GRANT_AGE < now) {
      await grants.end(grant.id);
      throw invalidGrant('the sign-in is more than a year old');
    }
    if (scopes.length === 0) {
      await grants.end(grant.id);
      throw invalidGrant('the user is gone, or may no longer allow any of the scopes');
    }
    return { grant, scope: narrowedScope(request.scope, scopes).join(' ') };
  }

  return {
    /** Makes the first refresh token of a grant. */
    async create(grantId: string, transaction: typeof store): Promise<string> {
      const token = randomToken();
      await insert(token, grantId, transaction);
      return token;
    },

    /**
     * Exchanges a refresh token for its successor (OAuth 2.1 section 4.3.1). The successor is computed from the token, so a
     * retry after a lost answer and a second process of the same client get the same one, within the grace time and until
     * the successor itself is used. Any later use means that two parties hold the token, and ends the grant. Everything
     * else is checked before the token is consumed, so a refused request does not use it up.
     *
     * @throws {OAuthError} `invalid_client`, `invalid_grant`, `invalid_scope` or `invalid_target`
     * @throws {UnavailableError} when the users cannot be asked
     */
    async refresh(request: RefreshRequest): Promise<{ grant: Grant; scope: string; refreshToken: string }> {
      const now = nowInSeconds();
      const { grant, scope } = await check(request, now);
      const successor = await successorOf(request.refreshToken);
      const accepted = await inTransaction(store, async (transaction: Store) => {
        await grants.prolong(grant.id, now + settings.grantTtl, transaction);
        if (!(await use(request.refreshToken, successor, now, transaction))) {
          await grants.end(grant.id, transaction);
          return false;
        }
        await insert(successor, grant.id, transaction);
        return true;
      });
      if (!accepted) {
        grants.warnOfTheft(grant, 'a refresh token was used again');
        throw invalidGrant('the refresh token was used before', { suspicious: true });
      }
      return { grant, scope, refreshToken: successor };
    },

    /** Returns the id of the grant a refresh token belongs to, even when the token has expired. */
    async grantIdOf(token: string): Promise<string | undefined> {
      return (await findExpiredToo(token))?.grant_id;
    },

    async deleteExpired(now: number): Promise<void> {
      const expired = store.selectFrom('refresh_tokens').select('token_hash').where('expires_at', '<=', now);
      await store
        .deleteFrom('refresh_tokens')
        .where('token_hash', 'in', skipLocked(store, expired))
        .execute();
    },
  };
}

/**
 * Returns the granted scopes that a client asks for; all of them when it asks for none. Others are ignored (RFC 6749
 * section 3.3), because clients repeat at every refresh all they ever asked for, and with it what the user declined.
 *
 * @throws {OAuthError} `invalid_scope` when nothing is left
 */
function narrowedScope(scope: string | undefined, granted: string[]): string[] {
  const asked = scopeNames(scope ?? '');
  const left = asked.length === 0 ? granted : granted.filter((name) => asked.includes(name));
  if (left.length > 0) return left;
  throw new OAuthError('invalid_scope', 'None of these scopes was granted', {
    detail: 'a refresh asked for scopes the user has not granted',
  });
}
