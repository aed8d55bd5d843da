import { nowInSeconds } from '../../clock.js';
import { randomToken, sha256 } from '../../digest.js';
import type { Store } from '../../store/database.js';
import { lockInOrder, skipLocked } from '../../store/locks.js';
import { inTransaction } from '../../store/transaction.js';
import { invalidGrant } from '../common/errors.js';
import { assertGranted } from '../common/resource.js';
import type { OAuthStore } from '../tables.js';
import { assertProven, type Grant, type GrantClient, type GrantRows } from './grant-rows.js';

/** How long a client has to redeem a code after the sign-in, in seconds. */
export const CODE_TTL = 60;

/** A client's request to redeem a code. */
export interface CodeRedemption {
  code: string;
  codeVerifier: string;
  client: GrantClient;
  /** Compared when sent; OAuth 2.1 no longer requires it. */
  redirectUri: string | undefined;
  resource: string | undefined;
}

/**
 * Makes the home of authorization codes.
 *
 * @param grantTtl how long a grant lasts once its code is redeemed, in seconds
 */
export function createCodes(store: OAuthStore<'authorization_codes'>, grants: GrantRows, grantTtl: number) {
  /** @throws {OAuthError} `invalid_client`, `invalid_grant`, or `invalid_target` */
  async function check(redemption: CodeRedemption, now: number): Promise<Grant> {
    const code = await store
      .selectFrom('authorization_codes')
      .selectAll()
      .where('code_hash', '=', sha256(redemption.code))
      .executeTakeFirst();
    if (code === undefined) throw invalidGrant('the code is unknown, or its grant has ended');
    const grant = await grants.findExpiredToo(code.grant_id);
    if (grant === undefined) throw invalidGrant('the grant of the code has ended');
    if (grant.client_id !== redemption.client.clientId)
      throw invalidGrant('the code belongs to another client', { suspicious: true });
    assertProven(grant, redemption.client);
    if (sha256(redemption.codeVerifier) !== code.code_challenge)
      throw invalidGrant('the code_verifier does not match the code_challenge', { suspicious: true });
    if (redemption.redirectUri !== undefined && redemption.redirectUri !== code.redirect_uri)
      throw invalidGrant('the redirect_uri is not the one of the authorization request');
    assertGranted(redemption.resource, grant.resource);
    if (code.expires_at <= now && code.used_at === null) throw invalidGrant('the code has expired');
    return grant;
  }

  return {
    /** Makes the code of a new grant. Only its hash is stored. */
    async create(
      grantId: string,
      request: { redirectUri: string; codeChallenge: string },
      transaction: typeof store,
    ): Promise<string> {
      const code = randomToken();
      await transaction
        .insertInto('authorization_codes')
        .values({
          code_hash: sha256(code),
          grant_id: grantId,
          redirect_uri: request.redirectUri,
          code_challenge: request.codeChallenge,
          expires_at: nowInSeconds() + CODE_TTL,
        })
        .execute();
      return code;
    },

    /** Checks whether that code was made. */
    async exists(code: string): Promise<boolean> {
      const row = await store
        .selectFrom('authorization_codes')
        .select('code_hash')
        .where('code_hash', '=', sha256(code))
        .executeTakeFirst();
      return row !== undefined;
    },

    /**
     * Redeems an authorization code, once (OAuth 2.1 section 4.1.3). A second use that is otherwise correct ends the grant,
     * because one of the two came from a thief. An incorrect one changes nothing, or anyone could end grants.
     *
     * @param open uses the grant, in the same transaction
     * @param isOpened finds out whether what `open` returned is stored
     * @throws {OAuthError} `invalid_client`, `invalid_grant`, or `invalid_target`
     */
    async redeem<T>(
      redemption: CodeRedemption,
      open: (grant: Grant, transaction: Store) => Promise<T>,
      isOpened: (opened: T) => Promise<boolean>,
    ): Promise<{ grant: Grant; opened: T }> {
      const now = nowInSeconds();
      const grant = await check(redemption, now);
      const redeem = async (transaction: Store) => {
        await grants.prolong(grant.id, now + grantTtl, transaction);
        const { numUpdatedRows } = await transaction
          .updateTable('authorization_codes')
          .set({ used_at: now })
          .where('code_hash', '=', sha256(redemption.code))
          .where('used_at', 'is', null)
          .executeTakeFirst();
        if (numUpdatedRows === 1n) return { opened: await open(grant, transaction) };
        await grants.end(grant.id, transaction);
        return undefined;
      };
      const redeemed = await inTransaction(store, redeem, async (result) => {
        await lockInOrder(
          store,
          store
            .selectFrom('authorization_codes')
            .select('code_hash')
            .where('code_hash', '=', sha256(redemption.code)),
        ).execute();
        return result !== undefined && isOpened(result.opened);
      });
      if (redeemed === undefined) {
        grants.warnOfTheft(grant, 'an authorization code was used twice');
        throw invalidGrant('the code was used before', { suspicious: true });
      }
      return { grant, ...redeemed };
    },

    /** Deletes expired codes. A used code stays as long as its grant, so that a replay is noticed. */
    async deleteExpired(now: number): Promise<void> {
      const unused = store
        .selectFrom('authorization_codes')
        .select('code_hash')
        .where('expires_at', '<=', now)
        .where('used_at', 'is', null);
      await store
        .deleteFrom('authorization_codes')
        .where('code_hash', 'in', skipLocked(store, unused))
        .execute();
    },
  };
}
