import { sql } from 'kysely';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../../src/platform/logger.js';
import {
  cancelQueries,
  openStore,
  pingStore,
  type StoreOptions,
} from '../../../src/platform/store/database.js';
import { DEFAULT_LIMITS } from '../../../src/platform/store/limits.js';
import { PostgresPool } from '../../../src/platform/store/postgres-pool.js';
import { type PauseProxy, startPauseProxy } from '../../support/programs/pause-proxy.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../../support/programs/postgres.js';

describe.skipIf(postgresProgram === undefined)('a pool of connections', () => {
  let database: TestPostgres;
  let admin: pg.Client;
  beforeAll(async () => {
    database = await startPostgres();
    admin = await database.connect();
  });
  afterAll(() => database.stop());

  const open = (options: StoreOptions) => openStore(database.url, options);
  const sleepers = async () => {
    const { rows } = await admin.query(
      `select 1 from pg_stat_activity where state = 'active' and query like 'select pg_sleep%'`,
    );
    return rows.length;
  };

  it('is as large as it is set, and whoever waits longer than the limit is put off', async () => {
    const store = await open({ limits: { databasePoolSize: 2, databaseConnectTimeoutMs: 300 } });
    const calls = Array.from({ length: 5 }, () => sql`select pg_sleep(1)`.execute(store));
    const results = await Promise.allSettled(calls);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    for (const result of results) {
      if (result.status === 'rejected')
        expect(result.reason).toMatchObject({ message: 'The database is busy' });
    }
    await store.destroy();
  });

  it('tells of many broken connections once, and of the new ones', async () => {
    const lines: Record<string, unknown>[] = [];
    const logger = createLogger(
      { logLevel: 'info', logPretty: false },
      { write: (line) => void lines.push(JSON.parse(line)) },
    );
    const store = await open({ logger });
    await Promise.all(Array.from({ length: 10 }, () => sql`select pg_sleep(0.2)`.execute(store)));
    await admin.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname is not null and pid <> pg_backend_pid()',
    );
    await expect.poll(() => lines.length).toBe(1);
    await expect.poll(() => sql`select 1`.execute(store).then(() => 'works', String)).toBe('works');
    expect(lines).toEqual([
      expect.objectContaining({ level: 40, msg: 'a database connection broke' }),
      expect.objectContaining({ level: 30, msg: 'connected to the database again', lost: 10 }),
    ]);
    await store.destroy();
  });

  it('cancels its queries for a stop, on the server too, and refuses further ones', async () => {
    const store = await open({});
    const query = sql`select pg_sleep(9)`.execute(store).catch((error: unknown) => error);
    await expect.poll(sleepers).toBe(1);
    cancelQueries(store);
    expect(await query).toMatchObject({ name: 'UnavailableError' });
    await expect.poll(sleepers).toBe(0);
    await expect(sql`select 1`.execute(store)).rejects.toMatchObject({ name: 'UnavailableError' });
    await store.destroy();
  });

  it('cancels those that wait for a connection, too', async () => {
    const store = await open({ limits: { databasePoolSize: 1, databaseConnectTimeoutMs: 60_000 } });
    const queries = Array.from({ length: 5 }, () => sql`select pg_sleep(9)`.execute(store));
    const results = Promise.allSettled(queries);
    await expect.poll(sleepers).toBe(1);
    cancelQueries(store);
    for (const result of await results)
      expect(result).toMatchObject({ reason: { name: 'UnavailableError' } });
    expect(await sleepers()).toBe(0);
    await store.destroy();
  });

  it('does not hand out a connection that broke a moment ago', async () => {
    const pool = new PostgresPool(database.url, DEFAULT_LIMITS);
    const client = await pool.connect();
    client.release();
    client.abandon(new Error('broken'));
    const next = await pool.connect();
    expect(next).not.toBe(client);
    next.release();
    await pool.end();
  });

  it('is not ready once it is closed, and leaves no connection behind', async () => {
    const store = await openStore(`${database.url}?application_name=closing`);
    const asking = pingStore(store).catch(() => {});
    await store.destroy();
    await asking;
    await expect(pingStore(store)).rejects.toMatchObject({ name: 'UnavailableError' });
    const left = async () =>
      (await admin.query(`select 1 from pg_stat_activity where application_name = 'closing'`)).rows;
    await expect.poll(left).toEqual([]);
  });

  it('leaves nothing behind that would keep a command from ending', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const store = await open({});
    await sql`select 1`.execute(store);
    await store.destroy();
    expect(timers()).toBeLessThanOrEqual(before);
  });

  it('closes in time although a query hangs, and ends it on the server', async () => {
    const store = await open({});
    const query = sql`select pg_sleep(9)`.execute(store).catch((error: unknown) => error);
    await expect.poll(sleepers).toBe(1);
    const begun = performance.now();
    await store.destroy();
    expect(performance.now() - begun).toBeLessThan(4000);
    expect(await query).toMatchObject({ name: 'UnavailableError' });
    await expect.poll(sleepers).toBe(0);
  });

  it('closes in time although the network is silent', async () => {
    const proxy: PauseProxy = await startPauseProxy(database.url);
    const store = await openStore(proxy.url);
    proxy.pause();
    const queries = Array.from({ length: 20 }, () =>
      sql`select 1`.execute(store).then(() => 'works', String),
    );
    const begun = performance.now();
    await store.destroy();
    expect(performance.now() - begun).toBeLessThan(5000);
    await proxy.stop();
    for (const result of await Promise.all(queries)) expect(result).toContain('UnavailableError');
  });

  it.each([
    ['a database that does not exist', 'pathname', '/missing', /database "missing" does not exist/],
    ['a server that is not there', 'port', '1', /ECONNREFUSED/],
    ['a host without an address', 'hostname', 'db.invalid', /ENOTFOUND|EAI_AGAIN/],
  ] as const)('does not open with %s, and the reason is in one line', async (_what, part, value, reason) => {
    const url = new URL(database.url);
    url[part] = value;
    const opening = openStore(url.href);
    await expect(opening).rejects.toThrow(/^The database of DATABASE_URL cannot be opened: .*\)$/);
    await expect(opening).rejects.toThrow(reason);
  });
});
