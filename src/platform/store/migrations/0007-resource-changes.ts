import { type Kysely, sql } from 'kysely';
import { engineOf } from '../engine.js';

/**
 * Creates the table through which processes on one file tell each other what has changed. PostgreSQL does so by itself
 * and gets none.
 *
 * It has a row for each URI, with a number that grows with every change. Numbers are never used again, so a reader knows
 * what is new to it. The trigger keeps the table small.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  if (!engineOf(db).isFile) return;
  await sql`create table resource_changes (id integer primary key autoincrement, uri text not null unique)`.execute(
    db,
  );
  await sql`create trigger resource_changes_prune after insert on resource_changes
    begin delete from resource_changes where id <= new.id - 1000; end`.execute(db);
}
