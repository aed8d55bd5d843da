import { type Kysely, sql } from 'kysely';
import { comparableName } from '../../platform/user-name.js';

/** Adds the form in which user names are compared. It is not unique, because older names may differ in less than that. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('users').addColumn('comparable_name', 'text').execute();
  await db.schema.createIndex('users_comparable_name').on('users').column('comparable_name').execute();
  const { rows } = await sql<{ username: string }>`select username from users`.execute(db);
  for (const { username } of rows) {
    await sql`update users set comparable_name = ${comparableName(username)} where username = ${username}`.execute(
      db,
    );
  }
}
