import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nowInSeconds } from '../../../../src/platform/clock.js';
import { createUsedAssertions } from '../../../../src/platform/oauth/clients/used-assertions.js';
import type { Store } from '../../../../src/platform/store/database.js';
import { openAgain, openNewDatabase } from '../../../support/app/database.js';

describe('an assertion', () => {
  let replicas: Store[];
  beforeAll(async () => {
    const store = await openNewDatabase();
    replicas = [await openAgain(store), store];
  });
  afterAll(async () => {
    for (const replica of replicas) await replica.destroy();
  });
  const homes = () => replicas.map((replica) => createUsedAssertions(replica));
  const useEverywhere = (jti: string, expiresAt: number) =>
    Promise.all([...homes(), ...homes()].map(({ use }) => use('client', jti, expiresAt)));

  it('is used once by all replicas together', async () => {
    const uses = await useEverywhere('once', nowInSeconds() + 60);
    expect(uses.filter(Boolean)).toHaveLength(1);
    expect(await homes()[0]?.use('another client', 'once', nowInSeconds() + 60)).toBe(true);
  });

  it('whose jti comes again after its expiry is a new one', async () => {
    expect(await homes()[0]?.use('client', 'again', nowInSeconds() - 1)).toBe(true);
    const uses = await useEverywhere('again', nowInSeconds() + 60);
    expect(uses.filter(Boolean)).toHaveLength(1);
  });

  it('is forgotten after its expiry', async () => {
    const [home] = homes();
    await home?.use('client', 'old', 100);
    await home?.use('client', 'new', 300);
    await home?.deleteExpired(200);
    const rows = await replicas[0]?.selectFrom('client_assertions').select('expires_at').execute();
    expect(rows?.map((row) => row['expires_at'])).not.toContain(100);
    expect(rows?.map((row) => row['expires_at'])).toContain(300);
  });
});
