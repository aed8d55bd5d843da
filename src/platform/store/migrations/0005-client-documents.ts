import type { Kysely } from 'kysely';

/** Creates the table of the last good copies of client ID metadata documents. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('client_documents')
    .addColumn('client_id', 'text', (column) => column.primaryKey())
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('fetched_at', 'bigint', (column) => column.notNull())
    .addColumn('used_at', 'bigint')
    .execute();
}
