import { nowInSeconds } from '../../clock.js';
import { skipLocked, takeTurn } from '../../store/locks.js';
import { inTransaction } from '../../store/transaction.js';
import type { OAuthStore } from '../tables.js';

/** How long a copy may be used after its document was last fetched, in seconds. */
const COPY_TTL = 30 * 86_400;
/** The most copies there may be. */
const MAX_COPIES = 500;

export type DocumentCopies = ReturnType<typeof createDocumentCopies>;

/** Makes the home of the last good copies of client documents, for times when their hosts cannot be reached. */
export function createDocumentCopies(store: OAuthStore<'client_documents'>) {
  /**
   * Deletes what is beyond the limit, but never the copy that was just saved: times are whole seconds, and many may be
   * equal. Strangers can have any number of documents fetched, so copies that nobody has signed in through go first.
   */
  async function prune(saved: string, transaction: typeof store): Promise<void> {
    const surplus = transaction
      .selectFrom('client_documents')
      .select('client_id')
      .where('client_id', '!=', saved)
      .orderBy((row) => row('used_at', 'is', null))
      .orderBy((row) => row.fn.coalesce('used_at', 'fetched_at'), 'desc')
      .limit(MAX_COPIES)
      .offset(MAX_COPIES - 1);
    const unlocked = transaction
      .selectFrom('client_documents')
      .select('client_id')
      .where('client_id', 'in', surplus);
    await transaction
      .deleteFrom('client_documents')
      .where('client_id', 'in', skipLocked(transaction, unlocked))
      .execute();
  }

  return {
    /** Saves a document that was found to be good. */
    async save(clientId: string, document: string): Promise<void> {
      const fetched_at = nowInSeconds();
      await inTransaction(store, async (transaction) => {
        await takeTurn(transaction, 'client documents');
        await transaction
          .insertInto('client_documents')
          .values({ client_id: clientId, document, fetched_at })
          .onConflict((conflict) => conflict.column('client_id').doUpdateSet({ document, fetched_at }))
          .execute();
        await prune(clientId, transaction);
      });
    },

    /** Returns the text of a document, and when it was fetched in seconds since 1970. */
    find: (clientId: string): Promise<{ document: string; fetched_at: number } | undefined> =>
      store
        .selectFrom('client_documents')
        .select(['document', 'fetched_at'])
        .where('client_id', '=', clientId)
        .where('fetched_at', '>', nowInSeconds() - COPY_TTL)
        .executeTakeFirst(),

    async delete(clientId: string): Promise<void> {
      await store.deleteFrom('client_documents').where('client_id', '=', clientId).execute();
    },

    /** Records that someone signed in through a client. @returns `true`, because such a client needs no copy */
    async markUsed(clientId: string, transaction = store): Promise<boolean> {
      await transaction
        .updateTable('client_documents')
        .set({ used_at: nowInSeconds() })
        .where('client_id', '=', clientId)
        .execute();
      return true;
    },

    /** Returns the addresses of the documents through which someone signed in last. */
    async lastUsed(count: number): Promise<string[]> {
      const rows = await store
        .selectFrom('client_documents')
        .select('client_id')
        .where('used_at', 'is not', null)
        .orderBy('used_at', 'desc')
        .limit(count)
        .execute();
      return rows.map(({ client_id }) => client_id);
    },

    async deleteExpired(now: number): Promise<void> {
      const old = store
        .selectFrom('client_documents')
        .select('client_id')
        .where('fetched_at', '<=', now - COPY_TTL);
      await store.deleteFrom('client_documents').where('client_id', 'in', skipLocked(store, old)).execute();
    },
  };
}
