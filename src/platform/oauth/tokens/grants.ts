import type { Selectable, Transaction } from 'kysely';
import { nowInSeconds } from '../../clock.js';
import { randomToken, sha256 } from '../../digest.js';
import type { Logger } from '../../logger.js';
import type { Store } from '../../store/database.js';
import { OAuthError } from '../common/errors.js';
import type { GrantsTable, OAuthTables } from '../tables.js';

/** Seconds from the sign-in until the client must have redeemed the code. */
const CODE_TTL = 60;

/** What a user allowed a client. */
export type Grant = Selectable<GrantsTable>;

export interface NewGrant {
  username: string;
  clientId: string;
  scopes: string[];
  resource: string;
  redirectUri: string;
  codeChallenge: string;
}

/**
 * Records what a user allowed and makes the authorization code for it. The grant exists from here on, not from the
 * redemption of the code, so that a replay of the code always finds what it has to end.
 *
 * @returns the code; only its hash is kept
 */
export async function createGrant(store: Store<OAuthTables>, grant: NewGrant): Promise<string> {
  const code = randomToken();
  const id = randomToken();
  const now = nowInSeconds();
  await store.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('grants')
      .values({
        id,
        username: grant.username,
        client_id: grant.clientId,
        scopes: grant.scopes.join(' '),
        resource: grant.resource,
        created_at: now,
        expires_at: now + CODE_TTL,
      })
      .execute();
    await transaction
      .insertInto('authorization_codes')
      .values({
        code_hash: sha256(code),
        grant_id: id,
        redirect_uri: grant.redirectUri,
        code_challenge: grant.codeChallenge,
        expires_at: now + CODE_TTL,
      })
      .execute();
  });
  return code;
}

/** The grant with that id, unless it has ended. */
export function findGrant(store: Store<OAuthTables>, id: string): Promise<Grant | undefined> {
  return store
    .selectFrom('grants')
    .selectAll()
    .where('id', '=', id)
    .where('expires_at', '>', nowInSeconds())
    .executeTakeFirst();
}

/** Ends a grant and with it every code and token of it, at once. */
export async function endGrant(store: Store<OAuthTables>, id: string): Promise<void> {
  await store.deleteFrom('grants').where('id', '=', id).execute();
}

/** Ends a grant because a secret of it is in two hands. */
export async function endStolenGrant(
  store: Store<OAuthTables>,
  grant: Grant,
  logger: Logger,
  reason: string,
): Promise<void> {
  await endGrant(store, grant.id);
  const { id, username: user, client_id: client } = grant;
  logger.warn({ grant: id, user, client, reason }, 'grant ended: possible theft');
}

export interface CodeRedemption {
  code: string;
  codeVerifier: string;
  clientId: string;
  /** Compared when sent; OAuth 2.1 no longer asks for it. */
  redirectUri: string | undefined;
  resource: string | undefined;
  /** Told of replays. */
  logger: Logger;
  /** Seconds the grant lives from now on. */
  grantTtl: number;
  /** Seconds the refresh token lives; none is made when left out. */
  refreshTtl: number | undefined;
}

/**
 * Redeems an authorization code, once (OAuth 2.1 section 4.1.3). A second use that is right in everything else ends the
 * grant, because one of the two came from a thief; a wrong one changes nothing, or anybody could end grants.
 *
 * @throws {OAuthError} `invalid_grant`, or `invalid_target`
 */
export async function redeemCode(
  store: Store<OAuthTables>,
  redemption: CodeRedemption,
): Promise<{ grant: Grant; refreshToken: string | undefined }> {
  const codeHash = sha256(redemption.code);
  const now = nowInSeconds();
  const code = await store
    .selectFrom('authorization_codes')
    .selectAll()
    .where('code_hash', '=', codeHash)
    .executeTakeFirst();
  const grant =
    code && (await store.selectFrom('grants').selectAll().where('id', '=', code.grant_id).executeTakeFirst());
  const fits =
    code &&
    grant?.client_id === redemption.clientId &&
    sha256(redemption.codeVerifier) === code.code_challenge &&
    (redemption.redirectUri === undefined || redemption.redirectUri === code.redirect_uri);
  if (!fits || !grant) throw invalidGrant();
  assertResource(redemption.resource, grant);
  if (code.expires_at <= now && code.used_at === null) throw invalidGrant();

  const redeemed = await store.transaction().execute(async (transaction) => {
    const { numUpdatedRows } = await transaction
      .updateTable('authorization_codes')
      .set({ used_at: now })
      .where('code_hash', '=', codeHash)
      .where('used_at', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows !== 1n) return undefined;
    await prolongGrant(transaction, grant.id, now + redemption.grantTtl);
    if (redemption.refreshTtl === undefined) return { refreshToken: undefined };
    const refreshToken = randomToken();
    await insertRefreshToken(transaction, refreshToken, grant.id, now + redemption.refreshTtl);
    return { refreshToken };
  });
  if (redeemed === undefined) {
    await endStolenGrant(store, grant, redemption.logger, 'an authorization code was used twice');
    throw invalidGrant();
  }
  return { grant, refreshToken: redeemed.refreshToken };
}

/** @throws {OAuthError} `invalid_target` when a client names another resource than the user allowed (RFC 8707) */
export function assertResource(resource: string | undefined, grant: Grant): void {
  if (resource !== undefined && resource !== grant.resource) {
    throw new OAuthError('invalid_target', 'The resource is not the one that was granted');
  }
}

/**
 * Moves the end of a grant. It also locks the grant, so call it before adding anything to it.
 *
 * @throws {OAuthError} `invalid_grant` when it was ended in the meantime
 */
export async function prolongGrant(
  transaction: Transaction<OAuthTables>,
  id: string,
  expiresAt: number,
): Promise<void> {
  const { numUpdatedRows } = await transaction
    .updateTable('grants')
    .set({ expires_at: expiresAt })
    .where('id', '=', id)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) throw invalidGrant();
}

export async function insertRefreshToken(
  transaction: Transaction<OAuthTables>,
  token: string,
  grantId: string,
  expiresAt: number,
): Promise<void> {
  await transaction
    .insertInto('refresh_tokens')
    .values({ token_hash: sha256(token), grant_id: grantId, expires_at: expiresAt })
    .onConflict((conflict) => conflict.column('token_hash').doNothing())
    .execute();
}

export function invalidGrant(): OAuthError {
  return new OAuthError(
    'invalid_grant',
    'The code or refresh token is invalid, expired or already used. Sign in again',
  );
}

/** The home of the tables of grants. */
export function createGrants(store: Store<OAuthTables>) {
  return {
    /** Ends the grants of a user, of a client, or of both. @returns how many ended */
    async endAll({ username, clientId }: { username?: string; clientId?: string }): Promise<number> {
      let query = store.deleteFrom('grants').where('expires_at', '>', nowInSeconds());
      if (username !== undefined) query = query.where('username', '=', username);
      if (clientId !== undefined) query = query.where('client_id', '=', clientId);
      const { numDeletedRows } = await query.executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}
