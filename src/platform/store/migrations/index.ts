import { type Kysely, type Migration, sql } from 'kysely';
import * as secrets from './0001-secrets.js';
import * as oauth from './0002-oauth.js';
import * as serviceTokens from './0003-service-tokens.js';

/** Migrations by name; they run in the order of their names. */
export type Migrations = Record<string, Migration>;

/** The tables of the platform. A released migration is never edited: add another. */
export const platformMigrations: Migrations = {
  '0001-secrets': secrets,
  '0002-oauth': oauth,
  '0003-service-tokens': serviceTokens,
};

/**
 * Makes the records of a database of version 1.0 agree with these: its first migration also made the tables that are now
 * a fork's own. Does nothing to others. One statement, so that several servers may start at once.
 */
export async function renameReleasedMigrations(db: Kysely<unknown>): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === 'kysely_migration')) return;
  await sql`update kysely_migration set name = '0001-secrets' where name = '0001-shop'`.execute(db);
}
