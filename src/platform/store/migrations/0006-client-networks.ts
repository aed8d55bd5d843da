import type { Kysely } from 'kysely';

/** Adds the network that a client registered from. Clients from before have none, and count as one network. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('oauth_clients')
    .addColumn('network', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  await db.schema.createIndex('oauth_clients_network').on('oauth_clients').column('network').execute();
}
