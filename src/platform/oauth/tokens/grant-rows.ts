import type { ExpressionBuilder, Selectable } from 'kysely';
import { nowInSeconds } from '../../clock.js';
import type { Logger } from '../../logger.js';
import { lockInOrder, skipLocked } from '../../store/locks.js';
import { type Places, prepared } from '../../store/prepared.js';
import { inTransaction } from '../../store/transaction.js';
import { assertionMissing, invalidGrant } from '../common/errors.js';
import type { GrantIds, GrantsTable, OAuthStore, OAuthTables } from '../tables.js';

/** What a user allowed a client. */
export type Grant = Selectable<GrantsTable>;

/** A client that uses a grant. */
export interface GrantClient {
  clientId: string;
  /** Whether it signed an assertion. */
  asserted: boolean;
}

/**
 * Checks that a client proved what it had offered when the user signed in. Its document may not be at hand by then.
 *
 * @throws {OAuthError} `invalid_client` with 401
 */
export function assertProven(grant: Pick<Grant, 'assertion_required'>, { asserted }: GrantClient): void {
  if (grant.assertion_required && !asserted)
    throw assertionMissing('the client offered only private_key_jwt when the user signed in');
}

/** Selects the grants of a user, of a client, or of that user to that client. */
export interface GrantFilter {
  username?: string | undefined;
  clientId?: string | undefined;
}

function unexpired({ username, clientId }: GrantFilter) {
  return (row: ExpressionBuilder<OAuthTables, 'grants'>) =>
    row.and([
      row('expires_at', '>', nowInSeconds()),
      ...(username === undefined ? [] : [row('username', '=', username)]),
      ...(clientId === undefined ? [] : [row('client_id', '=', clientId)]),
    ]);
}

/** Something that belongs to a grant, by the hash under which it is stored, and the time, in seconds since 1970. */
type GrantOf = { hash: string; now: number };

export type GrantRows = ReturnType<typeof createGrantRows>;

/** Makes the home of grants, and of the access tokens that were revoked individually. */
export function createGrantRows(
  store: OAuthStore<'grants' | 'revoked_access_tokens'>,
  logger: Pick<Logger, 'warn'>,
) {
  const end = async (id: string, transaction = store): Promise<void> => {
    await transaction.deleteFrom('grants').where('id', '=', id).execute();
  };

  /**
   * Locks a grant, as a transaction must before it changes anything that belongs to the grant.
   *
   * @returns whether the grant still exists
   */
  async function lock(id: string, transaction: typeof store): Promise<boolean> {
    const { numUpdatedRows } = await transaction
      .updateTable('grants')
      .set((row) => ({ id: row.ref('id') }))
      .where('id', '=', id)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  const prolonged = prepared(store, ({ id, expiresAt }: Places<{ id: string; expiresAt: number }>) =>
    store.updateTable('grants').set({ expires_at: expiresAt }).where('id', '=', id).returning('id'),
  );

  const grantOfToken = prepared(store, ({ gid, jti }: Places<{ gid: string; jti: string }>) =>
    store
      .selectFrom('grants')
      .leftJoin('revoked_access_tokens', (join) =>
        join
          .onRef('revoked_access_tokens.grant_id', '=', 'grants.id')
          .on('revoked_access_tokens.jti', '=', jti),
      )
      .select(['grants.username', 'revoked_access_tokens.jti as revoked'])
      .where('grants.id', '=', gid),
  );

  return {
    async insert(grant: Grant, transaction: typeof store): Promise<void> {
      await transaction.insertInto('grants').values(grant).execute();
    },

    /**
     * Makes a function that finds the grant of something else, unless it has ended.
     *
     * @param ids makes the subquery for the id of the grant
     */
    finder: (ids: (places: Places<GrantOf>) => GrantIds): ((values: GrantOf) => Promise<Grant | undefined>) =>
      prepared(store, (places: Places<GrantOf>) =>
        store
          .selectFrom('grants')
          .selectAll()
          .where('id', '=', ids(places))
          .where('expires_at', '>', places.now),
      ),

    /** Finds the grant with that id, unless it has ended. */
    find: (id: string): Promise<Grant | undefined> =>
      store
        .selectFrom('grants')
        .selectAll()
        .where('id', '=', id)
        .where('expires_at', '>', nowInSeconds())
        .executeTakeFirst(),

    /** Finds the grant with that id, even when it has expired. */
    findExpiredToo: (id: string): Promise<Grant | undefined> =>
      store.selectFrom('grants').selectAll().where('id', '=', id).executeTakeFirst(),

    /**
     * Returns the user an access token acts for; `undefined` when the token was revoked or its grant has ended.
     *
     * @param report called with the reason
     */
    async usernameFor(
      { gid, jti }: { gid: string; jti: string },
      report?: (reason: string) => void,
    ): Promise<string | undefined> {
      const grant = await grantOfToken({ gid, jti });
      if (grant?.revoked === null) return grant.username;
      report?.(grant === undefined ? 'its grant has ended' : 'revoked by the client');
      return undefined;
    },

    /**
     * Extends a grant. This also locks it, so a transaction does this before it uses a code or a token of the grant.
     *
     * @throws {OAuthError} `invalid_grant` when the grant has ended in the meantime
     */
    async prolong(id: string, expiresAt: number, transaction: typeof store): Promise<void> {
      if ((await prolonged({ id, expiresAt }, transaction)) !== undefined) return;
      throw invalidGrant('the grant was ended in the meantime');
    },

    /** Ends a grant with all its codes and tokens at once. */
    end,

    /** Warns that a grant was ended because two parties hold one of its secrets. */
    warnOfTheft({ id, username: user, client_id: client }: Grant, reason: string): void {
      logger.warn({ grant: id, user, client, reason }, 'grant ended: possible theft');
    },

    /**
     * Ends every grant that matches.
     *
     * @returns how many ended
     */
    async endAll(filter: GrantFilter, transaction = store): Promise<number> {
      const ended = transaction.selectFrom('grants').select('id').where(unexpired(filter)).orderBy('id');
      const { numDeletedRows } = await transaction
        .deleteFrom('grants')
        .where('id', 'in', lockInOrder(transaction, ended))
        .executeTakeFirst();
      return Number(numDeletedRows);
    },

    /** Lists the matching grants that have not expired, newest first. */
    list: (filter: GrantFilter): Promise<Grant[]> =>
      store
        .selectFrom('grants')
        .selectAll()
        .where(unexpired(filter))
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .execute(),

    /** Counts the grants of each client that has any. */
    async countByClient(): Promise<Map<string, number>> {
      const rows = await store
        .selectFrom('grants')
        .select((row) => ['client_id', row.fn.countAll<number>().as('grants')])
        .groupBy('client_id')
        .execute();
      return new Map(rows.map(({ client_id, grants }) => [client_id, grants]));
    },

    /** Returns a subquery for the ids of the clients that have grants. */
    clientIds: () => store.selectFrom('grants').select('client_id'),

    /** Revokes one access token. `expires_at` is when the token itself expires. */
    async revokeAccessToken(token: { jti: string; grant_id: string; expires_at: number }): Promise<void> {
      await inTransaction(store, async (transaction) => {
        // A grant that ends now takes the token along.
        if (!(await lock(token.grant_id, transaction))) return;
        await transaction
          .insertInto('revoked_access_tokens')
          .values(token)
          .onConflict((conflict) => conflict.column('jti').doNothing())
          .execute();
      });
    },

    async deleteExpired(now: number): Promise<void> {
      const tokens = store.selectFrom('revoked_access_tokens').select('jti').where('expires_at', '<=', now);
      await store.deleteFrom('revoked_access_tokens').where('jti', 'in', skipLocked(store, tokens)).execute();
      const grants = store.selectFrom('grants').select('id').where('expires_at', '<=', now);
      await store.deleteFrom('grants').where('id', 'in', skipLocked(store, grants)).execute();
    },
  };
}
