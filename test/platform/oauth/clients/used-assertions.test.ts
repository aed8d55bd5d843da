import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nowInSeconds } from '../../../../src/platform/clock.js';
import { createUsedAssertions } from '../../../../src/platform/oauth/clients/used-assertions.js';
import { openStore, type Store } from '../../../../src/platform/store/database.js';
import { postgresProgram, startPostgres } from '../../../support/programs/postgres.js';

async function sqliteFile() {
  const directory = await mkdtemp(join(tmpdir(), 'mcp-assertions-'));
  return { url: `file:${join(directory, 'server.db')}`, stop: () => rm(directory, { recursive: true }) };
}

describe.each([
  { engine: 'a SQLite file', start: sqliteFile, isThere: true },
  { engine: 'PostgreSQL', start: startPostgres, isThere: postgresProgram !== undefined },
])('on $engine, an assertion', ({ start, isThere }) => {
  let database: { url: string; stop: () => Promise<void> };
  let replicas: Store[];
  beforeAll(async () => {
    if (!isThere) return;
    database = await start();
    replicas = [await openStore(database.url), await openStore(database.url)];
  });
  afterAll(async () => {
    if (!isThere) return;
    await Promise.all(replicas.map((replica) => replica.destroy()));
    await database.stop();
  });
  const homes = () => replicas.map((replica) => createUsedAssertions(replica));
  const useEverywhere = (jti: string, expiresAt: number) =>
    Promise.all([...homes(), ...homes()].map(({ use }) => use('client', jti, expiresAt)));

  it.skipIf(!isThere)('is used once by all replicas together', async () => {
    const uses = await useEverywhere('once', nowInSeconds() + 60);
    expect(uses.filter(Boolean)).toHaveLength(1);
    expect(await homes()[0]?.use('another client', 'once', nowInSeconds() + 60)).toBe(true);
  });

  it.skipIf(!isThere)('whose jti comes again after its expiry is a new one', async () => {
    expect(await homes()[0]?.use('client', 'again', nowInSeconds() - 1)).toBe(true);
    const uses = await useEverywhere('again', nowInSeconds() + 60);
    expect(uses.filter(Boolean)).toHaveLength(1);
  });

  it.skipIf(!isThere)('is forgotten after its expiry', async () => {
    const [home] = homes();
    await home?.use('client', 'old', 100);
    await home?.use('client', 'new', 300);
    await home?.deleteExpired(200);
    const rows = await replicas[0]?.selectFrom('client_assertions').select('expires_at').execute();
    expect(rows?.map((row) => row['expires_at'])).not.toContain(100);
    expect(rows?.map((row) => row['expires_at'])).toContain(300);
  });
});
