import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UnavailableError } from '../../../src/platform/http/errors.js';
import { openStore, type Store } from '../../../src/platform/store/database.js';
import { lockDatabase } from '../../support/programs/lock.js';

let directory: string;
let path: string;
let store: Store;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mcp-lock-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));
beforeEach(async () => {
  path = join(directory, `${crypto.randomUUID()}.db`);
  store = await openStore(`file:${path}`);
});
afterEach(() => store.destroy());

const write = (name: string, into = store) =>
  into.insertInto('server_secrets').values({ name, value: '', created_at: 0 }).execute();
const writeReturning = (name: string) =>
  store.insertInto('server_secrets').values({ name, value: '', created_at: 0 }).returning('name').execute();
const writeInTransaction = (name: string) =>
  store.transaction().execute(async (transaction) => {
    await write(name, transaction);
    await transaction.selectFrom('server_secrets').selectAll().execute();
  });
const names = async () =>
  (await store.selectFrom('server_secrets').select('name').orderBy('name').execute()).map(({ name }) => name);

/** Waits for a promise, and tells whether it has settled. */
function watch<T>(promise: Promise<T>): { promise: Promise<T>; settled: boolean } {
  const watched = { promise, settled: false };
  const settle = () => {
    watched.settled = true;
  };
  promise.then(settle, settle);
  return watched;
}

describe('while another program holds the write lock', () => {
  it.each(['begin immediate', 'begin exclusive'])(
    '(%s) reads are answered, and writes wait until it lets go',
    async (begin) => {
      await write('before');
      const release = await lockDatabase(path, begin);
      const writes = [write('single'), writeReturning('returning'), writeInTransaction('transaction')].map(
        (promise) => watch<unknown>(promise),
      );
      for (let turn = 0; turn < 20; turn += 1) expect(await names()).toEqual(['before']);
      expect(writes.map(({ settled }) => settled)).toEqual([false, false, false]);
      await release();
      await Promise.all(writes.map(({ promise }) => promise));
      expect(await names()).toEqual(['before', 'returning', 'single', 'transaction']);
    },
  );

  it('writes are refused as unavailable after a while, and work again afterwards', async () => {
    const release = await lockDatabase(path);
    const results = await Promise.allSettled([
      write('single'),
      writeReturning('returning'),
      writeInTransaction('transaction'),
    ]);
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: expect.any(UnavailableError) });
      expect((result as PromiseRejectedResult).reason).toMatchObject({
        message: 'The database is busy',
        cause: { code: 'SQLITE_BUSY' },
      });
    }
    await release();
    await write('afterwards');
    expect(await names()).toEqual(['afterwards']);
  });

  it('a write that begins with comments is refused without harm to later ones', async () => {
    const insert = sql`-- why
      /* not */ /* now */ insert into server_secrets values ('commented', '', 0)`;
    const release = await lockDatabase(path);
    await expect(insert.execute(store)).rejects.toThrow('The database is busy');
    await release();
    await write('afterwards');
    expect(await names()).toEqual(['afterwards']);
  });

  it('only so many writes wait, and further ones are refused at once', async () => {
    const release = await lockDatabase(path);
    const writes = Array.from({ length: 520 }, (_, index) => watch(write(String(index).padStart(3, '0'))));
    await Promise.allSettled(writes.slice(500).map(({ promise }) => promise));
    expect(writes.map(({ settled }) => settled)).toEqual(writes.map((_, index) => index >= 500));
    await release();
    await Promise.all(writes.slice(0, 500).map(({ promise }) => promise));
    expect(await names()).toHaveLength(500);
  });
});

describe('a transaction', () => {
  it('keeps the statements of others out, whether it is committed or not', async () => {
    let outside: Promise<unknown>[] = [];
    const failing = store.transaction().execute(async (transaction) => {
      await write('inside', transaction);
      outside = [write('outside'), names()];
      await transaction.selectFrom('server_secrets').selectAll().execute();
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    const [, seen] = await Promise.all(outside);
    expect(seen).toEqual(['outside']);
  });

  it('does not mix with writes that wait for another program', async () => {
    const release = await lockDatabase(path);
    const waiting = watch(write('waiting'));
    const transaction = store.transaction().execute(async (inside) => {
      await write('inside', inside);
      await new Promise((resolve) => setTimeout(resolve, 100));
      throw new Error('no');
    });
    await release();
    await expect(transaction).rejects.toThrow('no');
    await waiting.promise;
    expect(await names()).toEqual(['waiting']);
  });

  it('on a full disk says so, leaves nothing behind and lets others go on', async () => {
    await sql`pragma max_page_count = 1`.execute(store);
    const failing = store.transaction().execute(async (transaction) => {
      await write('first', transaction);
      await write('x'.repeat(1_000_000), transaction);
    });
    await expect(failing).rejects.toMatchObject({
      message: 'The disk of the database is full',
      cause: { code: 'SQLITE_FULL' },
    });
    await write('small');
    expect(await names()).toEqual(['small']);
  });
});

it('a mistake in a statement stays the error it is', async () => {
  await expect(sql`select x from nowhere`.execute(store)).rejects.toThrow('no such table: nowhere');
  await write('twice');
  await expect(write('twice')).rejects.not.toBeInstanceOf(UnavailableError);
});
