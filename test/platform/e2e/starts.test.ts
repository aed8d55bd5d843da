import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/platform/config/config.js';
import { createKeyStore } from '../../../src/platform/oauth/tokens/key-store.js';
import { openStore } from '../../../src/platform/store/database.js';
import { serverSecret } from '../../../src/platform/store/secrets.js';
import { cliFor } from '../../support/programs/cli.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../../support/programs/postgres.js';
import { startServer } from '../../support/programs/server.js';
import fixture from '../fixture/server.js';

const SECRET = 'q8Zr2LkT5vYb9NcX4mHd7GsJ1wPf6RaE';

/** Opens a database as several replicas do, and asks each of them for the same, all at once. */
async function onReplicas<T>(
  url: string,
  ask: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>,
): Promise<T[]> {
  const replicas = Array.from({ length: 4 }, async () => {
    const store = await openStore(url, { migrations: fixture.migrations });
    try {
      return await ask(store);
    } finally {
      await store.destroy();
    }
  });
  return Promise.all(replicas);
}

const keyStoreOf = (store: Awaited<ReturnType<typeof openStore>>, secret?: string) =>
  createKeyStore(store, { keyEncryptionSecret: secret, accessTokenTtl: parseConfig({}).accessTokenTtl });

/** What has to be the same on every replica. */
const identityOf = async (store: Awaited<ReturnType<typeof openStore>>, secret?: string) => [
  ...(await keyStoreOf(store, secret).prepare()).map(({ jwk }) => jwk.kid),
  (await serverSecret(store, 'a secret')).toString('hex'),
];

/** Checks that one key and one secret came of several starts at once, also where a key is encrypted for the first time. */
async function expectOneIdentity(url: string): Promise<void> {
  const first = await onReplicas(url, (store) => identityOf(store));
  expect(first[0]).toHaveLength(2);
  expect(new Set(first.map(String)).size).toBe(1);
  const encrypted = await onReplicas(url, (store) => identityOf(store, SECRET));
  expect(encrypted).toEqual(first);
  const [stored] = await onReplicas(url, (store) =>
    store.selectFrom('signing_keys').select('private_jwk').execute(),
  );
  for (const { private_jwk } of stored ?? []) expect(private_jwk).not.toContain('"d"');
}

describe('several starts on one empty file', () => {
  it('make one signing key and one secret', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'mcp-starts-'));
    await expectOneIdentity(`file:${join(directory, 'server.db')}`);
    await rm(directory, { recursive: true });
  });
});

describe.skipIf(postgresProgram === undefined)('several starts on one empty PostgreSQL', () => {
  let database: TestPostgres;
  let admin: pg.Client;
  beforeAll(async () => {
    database = await startPostgres();
    admin = await database.connect();
  });
  afterAll(() => database.stop());
  const newDatabase = async (name: string) => {
    await admin.query(`create database ${name}`);
    return database.url.replace(/postgres$/, name);
  };

  it('make one signing key and one secret, time after time', async () => {
    for (let round = 0; round < 6; round += 1) await expectOneIdentity(await newDatabase(`round_${round}`));
  });

  it('make one of each where the default of the database is another isolation level', async () => {
    const url = await newDatabase('isolated');
    await admin.query(`alter database isolated set default_transaction_isolation = 'repeatable read'`);
    await expectOneIdentity(url);
  });

  it('of servers and commands make the tables once, and publish the same keys', async () => {
    const url = await newDatabase('programs');
    const cli = cliFor(url);
    const [first, second, ...commands] = await Promise.all([
      startServer({ DATABASE_URL: url }),
      startServer({ DATABASE_URL: url }),
      cli('db migrate'),
      cli('db migrate').then(() => cli('keys rotate')),
    ]);
    expect(commands.map(({ code, err }) => [code, err])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    const published = async (server: { url: string }) =>
      ((await (await fetch(`${server.url}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] })
        .keys;
    const { keys: waiting } = { keys: JSON.parse((await cli('keys list --json')).out) as { kid: string }[] };
    // One signs, and the one that the command made waits.
    expect(waiting).toHaveLength(2);
    for (const server of [first, second]) {
      const kids = (await published(server)).map(({ kid }) => kid);
      expect(waiting.map(({ kid }) => kid)).toEqual(expect.arrayContaining(kids));
      await server.stop();
    }
  });
});
