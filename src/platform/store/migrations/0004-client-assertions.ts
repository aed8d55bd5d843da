import type { Kysely } from 'kysely';

/** Prepares for clients that sign assertions: their keys, which of their grants need one, and which ones were used. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('client_assertions')
    .addColumn('assertion_hash', 'text', (column) => column.primaryKey())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('client_assertions_expires_at')
    .on('client_assertions')
    .column('expires_at')
    .execute();
  for (const table of ['authorization_requests', 'grants']) {
    await db.schema
      .alterTable(table)
      .addColumn('assertion_required', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
  }
  await db.schema.alterTable('oauth_clients').addColumn('keys', 'text').execute();
}
