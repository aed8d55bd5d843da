import { DEFAULT_MIGRATION_LOCK_TABLE, DEFAULT_MIGRATION_TABLE, type Kysely, sql } from 'kysely';

/** Where the migrations of a fork are recorded. Those of the platform are where Kysely records them by default. */
export const FORK_RECORDS = {
  migrationTableName: 'fork_migration',
  migrationLockTableName: 'fork_migration_lock',
} as const;

const RECORDS = [DEFAULT_MIGRATION_TABLE, FORK_RECORDS.migrationTableName];
const LOCKS = [DEFAULT_MIGRATION_LOCK_TABLE, FORK_RECORDS.migrationLockTableName];

/** Checks whether a table is about migrations. Each database has its own rows in these. */
export function isMigrationRecord(table: string): boolean {
  return RECORDS.includes(table) || LOCKS.includes(table);
}

/** Lists the migrations that a database has run, known to this version or not. There must be records. */
export async function migrationNames(db: Kysely<unknown>): Promise<string[]> {
  const names: string[] = [];
  for (const table of RECORDS) {
    const { rows } = await sql<{ name: string }>`select name from ${sql.table(table)}`.execute(db);
    names.push(...rows.map(({ name }) => name));
  }
  return names;
}
