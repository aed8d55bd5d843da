import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLogger } from '../../../src/platform/logger.js';
import { openStore, type Store } from '../../../src/platform/store/database.js';
import { createReadiness } from '../../../src/platform/store/readiness.js';
import { lockDatabase } from '../../support/programs/lock.js';

let directory: string;
let path: string;
let store: Store;
let logs: Record<string, unknown>[];
let unreadiness: () => Promise<string | undefined>;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mcp-ready-'));
  path = join(directory, 'data', 'server.db');
  store = await openStore(`file:${path}`);
  logs = [];
  const logger = createLogger(
    { logLevel: 'info', logPretty: false },
    { write: (line) => void logs.push(JSON.parse(line)) },
  );
  unreadiness = createReadiness(store, logger);
});
afterEach(async () => {
  await store.destroy();
  await rm(directory, { recursive: true, force: true });
});

const write = () =>
  store
    .insertInto('server_secrets')
    .values({ name: crypto.randomUUID(), value: '', created_at: 0 })
    .execute();
const MOVED = 'the file of the database was removed or replaced';

describe('a server whose database file changes under it', () => {
  it.each([
    ['is deleted', () => rm(path)],
    [
      'is replaced by a restored copy',
      () => copyFile(path, `${path}.copy`).then(() => rename(`${path}.copy`, path)),
    ],
    ['loses its log', () => rm(`${path}-wal`)],
    ['loses its directory', () => rename(join(directory, 'data'), join(directory, 'elsewhere'))],
  ])('is not ready when it %s, refuses to write, and the log says what to do', async (_what, change) => {
    await write();
    await change();
    expect(await unreadiness()).toBe(MOVED);
    await expect(write()).rejects.toMatchObject({ name: 'UnavailableError' });
    await expect(store.transaction().execute(() => write())).rejects.toMatchObject({
      name: 'UnavailableError',
    });
    expect(logs).toEqual([expect.objectContaining({ level: 40, msg: 'not ready' })]);
    expect(JSON.stringify(logs)).toContain(path);
    expect(JSON.stringify(logs)).toContain('restart the server');
    expect(await unreadiness()).not.toContain(directory);
  });

  it.each([
    ['loses its log', () => rm(`${path}-wal`)],
    ['leads elsewhere', () => writeFile(`${path}.new`, '').then(() => rename(`${path}.new`, `${path}.link`))],
  ])('is not ready when a link to it %s', async (_what, change) => {
    await symlink(path, `${path}.link`);
    const linked = await openStore(`file:${path}.link`);
    await change();
    const logger = createLogger({ logLevel: 'silent', logPretty: false });
    expect(await createReadiness(linked, logger)()).toBe(MOVED);
    await linked.destroy();
  });

  it('restarts on a restored copy without what was written since', async () => {
    await store.destroy();
    await copyFile(path, `${path}.copy`);
    store = await openStore(`file:${path}`);
    await write();
    await rename(`${path}.copy`, path);
    await store.destroy();
    store = await openStore(`file:${path}`);
    expect(await store.selectFrom('server_secrets').selectAll().execute()).toEqual([]);
  });

  it('leaves the log of the new file alone when it stops', async () => {
    await rm(path);
    await rm(`${path}-wal`);
    await writeFile(path, '');
    await writeFile(`${path}-wal`, 'of another server');
    await store.destroy();
    expect(existsSync(`${path}-wal`)).toBe(true);
  });

  it('is ready after a restart', async () => {
    await rm(path);
    await store.destroy();
    store = await openStore(`file:${path}`);
    expect(await createReadiness(store, createLogger({ logLevel: 'silent', logPretty: false }))()).toBe(
      undefined,
    );
  });
});

it('is not ready while another program holds the lock, and says when it is ready again', async () => {
  const release = await lockDatabase(path);
  expect(await unreadiness()).toBe('the database is busy');
  await release();
  expect(await unreadiness()).toBe(undefined);
  expect(logs.map(({ msg }) => msg)).toEqual(['not ready', 'ready again']);
});

it('writes once for many questions, and changes nothing in it', async () => {
  const transactions = vi.spyOn(store, 'transaction');
  await Promise.all(Array.from({ length: 100 }, unreadiness));
  expect(await unreadiness()).toBe(undefined);
  expect(transactions).toHaveBeenCalledTimes(1);
});

it('tells nothing of an unexpected failure but that the database does not answer', async () => {
  const closed = await openStore(`file:${join(directory, 'closed.db')}`);
  await closed.destroy();
  const logger = createLogger({ logLevel: 'silent', logPretty: false });
  expect(await createReadiness(closed, logger)()).toBe('the database does not answer');
});
