import { nowInSeconds } from '../../clock.js';
import { sha256 } from '../../digest.js';
import { skipLocked } from '../../store/locks.js';
import type { OAuthStore } from '../tables.js';

export type UsedAssertions = ReturnType<typeof createUsedAssertions>;

/** Makes the home of the assertions that were used, which are kept until they expire. */
export function createUsedAssertions(store: OAuthStore<'client_assertions'>) {
  return {
    /**
     * Records the use of an assertion. Of several at the same moment, on whatever replica, one is the first.
     *
     * @param expiresAt when the assertion is refused for its age, in seconds since 1970
     * @returns whether it was the first use
     */
    async use(clientId: string, jti: string, expiresAt: number): Promise<boolean> {
      const first = await store
        .insertInto('client_assertions')
        .values({ assertion_hash: sha256(JSON.stringify([clientId, jti])), expires_at: expiresAt })
        .onConflict((conflict) =>
          conflict
            .column('assertion_hash')
            .doUpdateSet({ expires_at: expiresAt })
            .where('client_assertions.expires_at', '<=', nowInSeconds()),
        )
        .returning('assertion_hash')
        .executeTakeFirst();
      return first !== undefined;
    },

    async deleteExpired(now: number): Promise<void> {
      const old = store
        .selectFrom('client_assertions')
        .select('assertion_hash')
        .where('expires_at', '<=', now);
      await store
        .deleteFrom('client_assertions')
        .where('assertion_hash', 'in', skipLocked(store, old))
        .execute();
    },
  };
}
