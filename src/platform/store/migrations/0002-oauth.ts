import type { CreateTableBuilder, Kysely } from 'kysely';

/** Creates the authorization server's tables. Those with expiring rows have an index for the sweep. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('oauth_clients')
    .addColumn('client_id', 'text', (column) => column.primaryKey())
    .addColumn('client_name', 'text')
    .addColumn('client_uri', 'text')
    .addColumn('redirect_uris', 'text', (column) => column.notNull())
    .addColumn('token_endpoint_auth_method', 'text', (column) => column.notNull())
    .addColumn('grant_types', 'text', (column) => column.notNull())
    .addColumn('secret_hash', 'text')
    .addColumn('registration_hash', 'text', (column) => column.unique())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('used_at', 'bigint')
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('authorization_requests')
    .addColumn('id_hash', 'text', (column) => column.primaryKey())
    .addColumn('browser_hash', 'text', (column) => column.notNull())
    .addColumn('client_id', 'text', (column) => column.notNull())
    .addColumn('redirect_uri', 'text', (column) => column.notNull())
    .addColumn('state', 'text')
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('resource', 'text', (column) => column.notNull())
    .addColumn('code_challenge', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('grants')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('username', 'text', (column) => column.notNull())
    .addColumn('client_id', 'text', (column) => column.notNull())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('resource', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await belongingToGrant(
    db.schema.createTable('authorization_codes').addColumn('code_hash', 'text', primaryKey),
  )
    .addColumn('redirect_uri', 'text', (column) => column.notNull())
    .addColumn('code_challenge', 'text', (column) => column.notNull())
    .addColumn('used_at', 'bigint')
    .execute();
  await belongingToGrant(db.schema.createTable('refresh_tokens').addColumn('token_hash', 'text', primaryKey))
    .addColumn('used_at', 'bigint')
    .execute();
  await belongingToGrant(
    db.schema.createTable('revoked_access_tokens').addColumn('jti', 'text', primaryKey),
  ).execute();
  await db.schema
    .createTable('signing_keys')
    .addColumn('kid', 'text', (column) => column.primaryKey())
    .addColumn('private_jwk', 'text', (column) => column.notNull())
    .addColumn('signs_from', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .execute();
  await db.schema
    .createTable('rate_limits')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('hits', 'integer', (column) => column.notNull())
    .addColumn('resets_at', 'bigint', (column) => column.notNull())
    .execute();
  const indexes = {
    oauth_clients: ['expires_at'],
    authorization_requests: ['expires_at'],
    grants: ['expires_at', 'username', 'client_id'],
    authorization_codes: ['expires_at', 'grant_id'],
    refresh_tokens: ['expires_at', 'grant_id'],
    revoked_access_tokens: ['expires_at', 'grant_id'],
    rate_limits: ['resets_at'],
  };
  for (const [table, columns] of Object.entries(indexes)) {
    for (const column of columns) {
      await db.schema.createIndex(`${table}_${column}`).on(table).column(column).execute();
    }
  }
}

const primaryKey = <Column extends { primaryKey: () => Column }>(column: Column) => column.primaryKey();

/** Adds the columns shared by everything that ends with its grant. */
function belongingToGrant<Columns extends string>(table: CreateTableBuilder<string, Columns>) {
  return table
    .addColumn('grant_id', 'text', (column) => column.notNull().references('grants.id').onDelete('cascade'))
    .addColumn('expires_at', 'bigint', (column) => column.notNull());
}
