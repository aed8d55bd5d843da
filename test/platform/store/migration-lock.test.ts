import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../../src/platform/logger.js';
import { openStore } from '../../../src/platform/store/database.js';
import { DEFAULT_LIMITS } from '../../../src/platform/store/limits.js';
import { MigrationLock } from '../../../src/platform/store/migration-lock.js';
import type { Migrations } from '../../../src/platform/store/migrations/index.js';
import { PostgresConnection } from '../../../src/platform/store/postgres-connection.js';
import { PostgresPool } from '../../../src/platform/store/postgres-pool.js';
import { pgbouncerProgram, startPgBouncer } from '../../support/programs/pgbouncer.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../../support/programs/postgres.js';

/** What the migrator of Kysely takes. */
const KEY = '3853314791062309107';

describe.skipIf(postgresProgram === undefined)('a start while another process migrates the database', () => {
  let database: TestPostgres;
  let other: pg.Client;
  let logs: Record<string, unknown>[];
  const logger = createLogger(
    { logLevel: 'info', logPretty: false },
    { write: (line) => void logs.push(JSON.parse(line)) },
  );
  beforeAll(async () => {
    logs = [];
    database = await startPostgres();
    other = new pg.Client({ connectionString: database.url, application_name: 'other server' });
    await other.connect();
  });
  afterAll(async () => {
    await other.end();
    await database.stop();
  });

  const migrations: Migrations = {};
  /** Adds a migration that has not run. Without one, a start waits for nobody. */
  const onePending = (): Migrations => {
    const name = `000${Object.keys(migrations).length + 1}`;
    return Object.assign(migrations, { [name]: { up: async () => {} } });
  };

  const direct = async () => ({ url: database.url, stop: async () => {} });
  const ways = [{ way: 'directly', connect: direct }];
  if (pgbouncerProgram) ways.push({ way: 'through PgBouncer', connect: () => startPgBouncer(database.url) });

  it.each(ways)('says who it waits for, and goes on once they are done ($way)', async ({ connect }) => {
    logs = [];
    const target = await connect();
    await other.query(`select pg_advisory_lock(${KEY})`);
    const opening = openStore(target.url, { logger, migrations: onePending() });
    await expect
      .poll(() => logs, { timeout: 10_000 })
      .toContainEqual(
        expect.objectContaining({
          level: 40,
          holder: expect.objectContaining({ application: 'other server', pid: expect.any(Number) }),
          msg: expect.stringContaining('waiting for another process that is migrating the database'),
        }),
      );
    await other.query(`select pg_advisory_unlock(${KEY})`);
    await (await opening).destroy();
    const { rows } = await other.query(`select 1 from pg_locks where locktype = 'advisory'`);
    expect(rows).toEqual([]);
    await target.stop();
  });

  it('says so in time although its pool has no connection left to ask who it waits for', async () => {
    logs = [];
    await other.query(`select pg_advisory_lock(${KEY})`);
    const limits = { databasePoolSize: 1, databaseConnectTimeoutMs: 60_000 };
    const opening = openStore(database.url, { logger, limits, migrations: onePending() });
    const messages = () => logs.map(({ msg }) => msg);
    await expect
      .poll(messages, { timeout: 20_000 })
      .toContainEqual(expect.stringContaining('waiting for another process'));
    await other.query(`select pg_advisory_unlock(${KEY})`);
    await (await opening).destroy();
  });

  it('gives up in time, and says what to do', async () => {
    await other.query(`select pg_advisory_lock(${KEY})`);
    const pool = new PostgresPool(database.url, DEFAULT_LIMITS);
    const connection = new PostgresConnection(await pool.connect(), 1000);
    await connection.run('begin');
    await expect(new MigrationLock(pool, logger, 1000).take(connection)).rejects.toThrow(
      /another process has been migrating it for more than 1 seconds.*pg_terminate_backend/,
    );
    await connection.run('rollback');
    connection.release();
    await pool.end();
    await other.query(`select pg_advisory_unlock(${KEY})`);
  });

  it('ends at once when it is told to', async () => {
    await other.query(`select pg_advisory_lock(${KEY})`);
    const stopping = new AbortController();
    const opening = openStore(database.url, {
      logger,
      signal: stopping.signal,
      migrations: onePending(),
    });
    const waits = `select 1 from pg_locks where locktype = 'advisory' and not granted`;
    await expect.poll(async () => (await other.query(waits)).rows.length).toBe(1);
    stopping.abort();
    await expect(opening).rejects.toThrow('The database of DATABASE_URL cannot be opened');
    await expect.poll(async () => (await other.query(waits)).rows.length).toBe(0);
    await other.query(`select pg_advisory_unlock(${KEY})`);
  });
});
