import { DEFAULT_MIGRATION_LOCK_TABLE, DEFAULT_MIGRATION_TABLE, type Kysely, sql } from 'kysely';
import { UnavailableError } from '../../http/errors.js';
import type { Migrations } from './index.js';

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
  return (await readRecords(db)).map(({ name }) => name);
}

/**
 * Checks, with one query, whether a database has run exactly these migrations.
 *
 * @throws {UnavailableError} when it cannot be read
 */
export async function hasRunExactly(
  db: Kysely<unknown>,
  platform: Migrations,
  fork: Migrations,
): Promise<boolean> {
  const records = await readRecords(db).catch((error: unknown) => {
    if (error instanceof UnavailableError) throw error;
    // There are none yet.
    return [];
  });
  const known = [platform, fork].flatMap((side, index) =>
    Object.keys(side).map((name) => `${RECORDS[index]} ${name}`),
  );
  const recorded = new Set(records.map(({ record, name }) => `${record} ${name}`));
  return recorded.size === known.length && known.every((name) => recorded.has(name));
}

/** Reads the names of all migrations that have run, each with the table that records it. */
async function readRecords(db: Kysely<unknown>): Promise<{ record: string; name: string }[]> {
  const parts = RECORDS.map((table) => sql`select ${sql.lit(table)} as record, name from ${sql.id(table)}`);
  return (await sql<{ record: string; name: string }>`${sql.join(parts, sql` union all `)}`.execute(db)).rows;
}
