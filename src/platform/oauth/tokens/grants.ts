import { nowInSeconds } from '../../clock.js';
import type { Config } from '../../config/config.js';
import { randomToken } from '../../digest.js';
import type { Logger } from '../../logger.js';
import type { Store } from '../../store/database.js';
import { serverSecret } from '../../store/secrets.js';
import type { AccessTokenClaims } from './access-token.js';
import { CODE_TTL, type CodeRedemption, createCodes } from './codes.js';
import { assertProven, createGrantRows, type Grant, type GrantClient } from './grant-rows.js';
import { createRefreshTokens } from './refresh-tokens.js';

export type { Grant } from './grant-rows.js';

/** What a user allowed on the sign-in page. */
export interface NewGrant {
  username: string;
  clientId: string;
  scopes: string[];
  resource: string;
  redirectUri: string;
  codeChallenge: string;
  /** Whether the client offered only private_key_jwt. */
  assertionRequired: boolean;
}

export interface GrantsOptions {
  store: Store;
  config: Pick<Config, 'accessTokenTtl' | 'refreshTokenTtl' | 'refreshGrace'>;
  /** Logs signs of theft. */
  logger: Pick<Logger, 'warn'>;
  /** Returns the scopes a user may grant now; none when they may no longer sign in. Called at every refresh. */
  allowedScopes: (username: string) => Promise<string[]>;
}

export type Grants = ReturnType<typeof createGrants>;

/** Makes the object that manages grants, with the codes and tokens made from them. */
export function createGrants({ store, config, logger, allowedScopes }: GrantsOptions) {
  // A grant outlives the last token made from it.
  const grantTtl = Math.max(config.refreshTokenTtl, config.accessTokenTtl);
  const rows = createGrantRows(store, logger);
  const codes = createCodes(store, rows, grantTtl);
  const refreshTokens = createRefreshTokens(store, rows, {
    successorKey: () => serverSecret(store, 'refresh-token-successor'),
    grace: config.refreshGrace,
    refreshTtl: config.refreshTokenTtl,
    grantTtl,
    allowedScopes,
  });
  const { endAll, list, countByClient, clientIds, usernameFor } = rows;
  return {
    /**
     * Records what a user allowed and makes the authorization code for it. The grant is created here rather than when the
     * code is redeemed, so that a replay of the code always finds the grant it must end.
     *
     * @param transaction the transaction that consumes the sign-in request
     * @returns the code
     */
    async create(grant: NewGrant, transaction: Store): Promise<string> {
      const now = nowInSeconds();
      const row: Grant = {
        id: randomToken(),
        username: grant.username,
        client_id: grant.clientId,
        scopes: grant.scopes.join(' '),
        resource: grant.resource,
        created_at: now,
        expires_at: now + CODE_TTL,
        assertion_required: Number(grant.assertionRequired),
      };
      await rows.insert(row, transaction);
      return codes.create(row.id, grant, transaction);
    },

    /**
     * Redeems an authorization code; `codes.ts` has the rules.
     *
     * @param withRefreshToken whether the client may refresh
     * @throws {OAuthError} `invalid_client`, `invalid_grant`, or `invalid_target`
     */
    async redeem(
      redemption: CodeRedemption,
      withRefreshToken: boolean,
    ): Promise<{ grant: Grant; refreshToken: string | undefined }> {
      const { grant, opened } = await codes.redeem(
        redemption,
        async ({ id }, transaction) => (withRefreshToken ? refreshTokens.create(id, transaction) : undefined),
        async (token) => token !== undefined && (await refreshTokens.grantIdOf(token)) !== undefined,
      );
      return { grant, refreshToken: opened };
    },

    /** Checks whether `create` made that code. */
    hasCode: codes.exists,
    refresh: refreshTokens.refresh,
    endAll,
    list,
    countByClient,
    clientIds,
    usernameFor,

    /**
     * Ends the grant of a refresh token, if the token belongs to that client.
     *
     * @returns whether the token is a refresh token of any client
     * @throws {OAuthError} `invalid_client` without the assertion that the grant needs
     */
    async revokeRefreshToken(client: GrantClient, token: string): Promise<boolean> {
      const id = await refreshTokens.grantIdOf(token);
      if (id === undefined) return false;
      const grant = await rows.find(id);
      if (grant?.client_id !== client.clientId) return true;
      assertProven(grant, client);
      await rows.end(id);
      return true;
    },

    /**
     * Revokes one access token, if it belongs to that client; its grant stays.
     *
     * @throws {OAuthError} `invalid_client` without the assertion that the grant needs
     */
    async revokeAccessToken(client: GrantClient, { jti, gid, exp }: AccessTokenClaims): Promise<void> {
      const grant = await rows.find(gid);
      if (grant?.client_id !== client.clientId) return;
      assertProven(grant, client);
      await rows.revokeAccessToken({ jti, grant_id: gid, expires_at: exp });
    },

    async deleteExpired(now: number): Promise<void> {
      await refreshTokens.deleteExpired(now);
      await rows.deleteExpired(now);
      await codes.deleteExpired(now);
    },
  };
}
