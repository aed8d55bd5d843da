import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, pingStore } from '../../../src/platform/store/database.js';
import { serverSecret } from '../../../src/platform/store/secrets.js';
import { endWithTests } from '../../support/programs/processes.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mcp-store-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const fileUrl = (name: string) => `file:${join(directory, name)}`;

describe('a database file', () => {
  it('is readable only by its owner, in write-ahead mode with durable commits', async () => {
    const store = await openStore(fileUrl('new/server.db'));
    expect((await stat(join(directory, 'new'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(directory, 'new/server.db'))).mode & 0o777).toBe(0o600);
    expect((await sql`pragma journal_mode`.execute(store)).rows).toEqual([{ journal_mode: 'wal' }]);
    expect((await sql`pragma synchronous`.execute(store)).rows).toEqual([{ synchronous: 2 }]);
    expect((await sql`pragma busy_timeout`.execute(store)).rows).toEqual([{ timeout: 0 }]);
    await store.destroy();
  });

  it('can be named by an absolute file URL', async () => {
    const store = await openStore(`file://${join(directory, 'absolute.db')}`);
    expect((await stat(join(directory, 'absolute.db'))).isFile()).toBe(true);
    await store.destroy();
  });

  it('runs migrations only once, even when opened again', async () => {
    const first = await openStore(fileUrl('twice.db'));
    await first.destroy();
    const second = await openStore(fileUrl('twice.db'));
    const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(second);
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    await second.destroy();
  });

  it('keeps what two processes write at the same time', async () => {
    const script = join(import.meta.dirname, '../../support/programs/writer.ts');
    const writers = ['first', 'second'].map((name) => {
      const process_ = endWithTests(
        spawn(process.execPath, ['--import', 'tsx', script, fileUrl('both.db'), name]),
      );
      return { process: process_, exited: once(process_, 'exit') };
    });
    await Promise.all(writers.map((writer) => once(writer.process.stdout, 'data')));
    for (const writer of writers) writer.process.stdin.write('go');
    expect(await Promise.all(writers.map(({ exited }) => exited))).toEqual([
      [0, null],
      [0, null],
    ]);
    const store = await openStore(fileUrl('both.db'));
    expect(await store.selectFrom('server_secrets').select('name').execute()).toHaveLength(600);
    await store.destroy();
  });

  it('rolls a failed transaction back', async () => {
    const store = await openStore(fileUrl('rollback.db'));
    const failing = store.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('server_secrets')
        .values({ name: 'x', value: '', created_at: 0 })
        .execute();
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await store.selectFrom('server_secrets').selectAll().execute()).toEqual([]);
    await store.destroy();
  });
});

it('does not answer once it is closed', async () => {
  const store = await openStore(fileUrl('closed.db'));
  await pingStore(store);
  await store.destroy();
  await expect(pingStore(store)).rejects.toThrow();
});

it('a server secret is created once, and differs by name', async () => {
  const store = await openStore(fileUrl('secrets.db'));
  const [first, again] = await Promise.all([serverSecret(store, 'a'), serverSecret(store, 'a')]);
  expect(first).toHaveLength(32);
  expect(again).toEqual(first);
  expect(await serverSecret(store, 'b')).not.toEqual(first);
  await store.destroy();
});
