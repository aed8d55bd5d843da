import { type Kysely, type Migration, sql } from 'kysely';
import * as secrets from './0001-secrets.js';
import * as oauth from './0002-oauth.js';
import * as serviceTokens from './0003-service-tokens.js';
import * as clientAssertions from './0004-client-assertions.js';
import * as clientDocuments from './0005-client-documents.js';
import * as clientNetworks from './0006-client-networks.js';
import * as resourceChanges from './0007-resource-changes.js';

/** Migrations, keyed by name. They run in the order of their names. */
export type Migrations = Record<string, Migration>;

/** The platform's migrations. Never edit a released migration; add another one. */
export const platformMigrations: Migrations = {
  '0001-secrets': secrets,
  '0002-oauth': oauth,
  '0003-service-tokens': serviceTokens,
  '0004-client-assertions': clientAssertions,
  '0005-client-documents': clientDocuments,
  '0006-client-networks': clientNetworks,
  '0007-resource-changes': resourceChanges,
};

/**
 * Updates the migration records of a version 1.0 database, whose first migration also created the tables that now
 * belong to the fork. Does nothing to other databases. A single statement, so that several servers can start at once.
 */
export async function renameReleasedMigrations(db: Kysely<unknown>): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === 'kysely_migration')) return;
  await sql`update kysely_migration set name = '0001-secrets' where name = '0001-shop'`.execute(db);
}
