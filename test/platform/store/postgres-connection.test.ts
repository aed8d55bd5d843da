import { sql } from 'kysely';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../../src/platform/store/database.js';
import { inTransaction } from '../../../src/platform/store/transaction.js';
import { pgbouncerProgram, startPgBouncer, type TestPgBouncer } from '../../support/programs/pgbouncer.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../../support/programs/postgres.js';

const LIMITS = {
  databaseStatementTimeoutMs: 1500,
  databaseLockTimeoutMs: 300,
  databaseIdleTransactionTimeoutMs: 1000,
};
const BUSY = { name: 'UnavailableError', message: 'The database is busy' };
const SILENT = { name: 'UnavailableError', message: 'The database does not answer' };

const backendOf = async (store: Store) => {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(store);
  return rows[0]?.pid;
};

describe.skipIf(postgresProgram === undefined)('on PostgreSQL', () => {
  let database: TestPostgres;
  let store: Store;
  let admin: pg.Client;
  beforeAll(async () => {
    database = await startPostgres();
    store = await openStore(database.url, { limits: LIMITS });
    admin = await database.connect();
    await admin.query('create table counters (id integer primary key, n integer not null)');
    await admin.query('insert into counters values (1, 0), (2, 0)');
  });
  afterAll(async () => {
    await store.destroy();
    await database.stop();
  });

  const add = (where: Store, id: number) =>
    sql`update counters set n = n + 1 where id = ${id}`.execute(where);
  const runningQueries = async () => {
    const like = `%pg_sleep%`;
    const { rows } = await admin.query(
      `select 1 from pg_stat_activity where state = 'active' and query like $1 and pid <> pg_backend_pid()`,
      [like],
    );
    return rows.length;
  };

  it('a transaction whose connection is ended between two statements is put off, and the next one works', async () => {
    const transaction = inTransaction(store, async (inside) => {
      await add(inside, 1);
      await admin.query('select pg_terminate_backend($1)', [await backendOf(inside)]);
      // Without a listener for errors, this is where the process would end.
      await expect.poll(() => add(inside, 1).then(() => 'works', String)).toContain('UnavailableError');
      await add(inside, 2);
    });
    await expect(transaction).rejects.toMatchObject({ ...SILENT, cause: { code: '57P01' } });
    expect((await sql`select n from counters where n <> 0`.execute(store)).rows).toEqual([]);
  });

  it('a transaction that loses its connection before the commit is not done again', async () => {
    let runs = 0;
    const transaction = inTransaction(store, async (inside) => {
      runs += 1;
      await admin.query('select pg_terminate_backend($1)', [await backendOf(inside)]);
    });
    await expect(transaction).rejects.toMatchObject(SILENT);
    expect(runs).toBe(1);
  });

  it.each([
    ['alone', (run: (where: Store) => Promise<unknown>) => run(store)],
    ['in a transaction', (run: (where: Store) => Promise<unknown>) => inTransaction(store, run)],
  ])('a statement %s that takes too long is cancelled', async (_how, execute) => {
    await expect(execute((where) => sql`select pg_sleep(30)`.execute(where))).rejects.toMatchObject(BUSY);
    expect(await runningQueries()).toBe(0);
  });

  it.each([
    ['alone', (run: (where: Store) => Promise<unknown>) => run(store)],
    ['in a transaction', (run: (where: Store) => Promise<unknown>) => inTransaction(store, run)],
  ])('a statement %s does not wait for a lock for long', async (_how, execute) => {
    await admin.query('begin; lock table counters');
    await expect(execute((where) => add(where, 1))).rejects.toMatchObject({
      ...BUSY,
      cause: { code: '55P03' },
    });
    await admin.query('rollback');
  });

  it('a transaction that stands still is rolled back, and lets go of its locks', async () => {
    const transaction = inTransaction(store, async (inside) => {
      await add(inside, 1);
      // Waits for the lock of the transaction.
      await admin.query('update counters set n = n + 10 where id = 1');
      await add(inside, 1);
    });
    await expect(transaction).rejects.toMatchObject({ ...BUSY, cause: { code: '25P03' } });
    const { rows } = await admin.query('update counters set n = 0 where id = 1 returning n');
    expect(rows).toEqual([{ n: 0 }]);
  });

  it('a mistake in a query stays a mistake, and the connection goes on', async () => {
    await expect(sql`selec`.execute(store)).rejects.toMatchObject({ name: 'error', code: '42601' });
    await expect(inTransaction(store, (inside) => sql`selec`.execute(inside))).rejects.toMatchObject({
      code: '42601',
    });
    expect(await backendOf(store)).toBeGreaterThan(0);
  });

  it('a single statement that PostgreSQL ends because of a deadlock is done again', async () => {
    await admin.query(`
      create table tries (at timestamptz default clock_timestamp());
      create sequence attempts;
      create function conflict_once() returns trigger language plpgsql as $$
      begin
        if nextval('attempts') = 1 then raise exception 'deadlock detected' using errcode = '40P01'; end if;
        return new;
      end $$;
      create trigger conflicts before insert on tries for each row execute function conflict_once()`);
    await sql`insert into tries default values`.execute(store);
    expect((await admin.query('select count(*)::integer as n from tries')).rows).toEqual([{ n: 1 }]);
  });

  it('a transaction is done again after a conflict, and put off after the second', async () => {
    let runs = 0;
    const conflict = (inside: Store) => {
      runs += 1;
      return sql`do $$ begin raise exception 'conflict' using errcode = '40001'; end $$`.execute(inside);
    };
    await expect(inTransaction(store, conflict)).rejects.toMatchObject(BUSY);
    expect(runs).toBe(2);
  });

  describe.skipIf(pgbouncerProgram === undefined)('through PgBouncer', () => {
    let pooler: TestPgBouncer;
    let pooled: Store;
    beforeAll(async () => {
      pooler = await startPgBouncer(database.url);
      pooled = await openStore(pooler.url, { limits: LIMITS });
    });
    afterAll(async () => {
      await pooled.destroy();
      await pooler.stop();
    });

    it('the limits of a transaction are set for it alone', async () => {
      const read = async (where: Store) =>
        (await sql`select current_setting('lock_timeout') as limit`.execute(where)).rows;
      expect(await inTransaction(pooled, read)).toEqual([{ limit: '300ms' }]);
      expect(await read(pooled)).toEqual([{ limit: '0' }]);
    });

    it('a single statement that takes too long is given up, and ends on the server too', async () => {
      await expect(sql`select pg_sleep(30)`.execute(pooled)).rejects.toMatchObject(SILENT);
      await expect.poll(runningQueries).toBe(0);
      expect(await backendOf(pooled)).toBeGreaterThan(0);
    });
  });
});
