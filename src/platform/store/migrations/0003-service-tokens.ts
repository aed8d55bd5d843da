import type { Kysely } from 'kysely';

/** Creates the table of named static tokens, which operators use besides `MCP_AUTH_TOKEN`. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('service_tokens')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('token_hash', 'text', (column) => column.notNull().unique())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .execute();
}
