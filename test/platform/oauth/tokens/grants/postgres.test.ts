import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../../src/platform/config/config.js';
import { OAuthError } from '../../../../../src/platform/oauth/common/errors.js';
import { createRecords, type Records } from '../../../../../src/platform/oauth/records.js';
import { openStore, type Store } from '../../../../../src/platform/store/database.js';
import { CALLBACK, pkce } from '../../../../support/oauth/oauth.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../../../../support/programs/postgres.js';

const ROUNDS = 60;
const client = { clientId: 'a client', asserted: false };
const accounts = { findUser: async (id: string) => ({ id, name: id, scopes: ['notes:read'] }) };

describe.skipIf(postgresProgram === undefined)('PostgreSQL has no deadlock to resolve', () => {
  let database: TestPostgres;
  let stores: [Store, Store];
  let replicas: [Records, Records];
  beforeAll(async () => {
    database = await startPostgres({ deadlock_timeout: '50ms' });
    stores = [await openStore(database.url), await openStore(database.url)];
    const config = parseConfig({});
    const recordsOf = (store: Store) => createRecords({ config, store, logger: { warn() {} }, accounts });
    replicas = [recordsOf(stores[0]), recordsOf(stores[1])];
  });
  afterAll(async () => {
    await Promise.all(stores.map((store) => store.destroy()));
    await database.stop();
  });

  /** Signs in and redeems the code. @returns the refresh token */
  async function newToken({ grants }: Records): Promise<string> {
    const { verifier: codeVerifier, challenge: codeChallenge } = pkce();
    const code = await grants.create(
      {
        username: 'ann',
        clientId: client.clientId,
        scopes: ['notes:read'],
        resource: 'https://mcp.example/mcp',
        redirectUri: CALLBACK,
        codeChallenge,
        assertionRequired: false,
      },
      stores[0],
    );
    const redemption = { code, codeVerifier, client, redirectUri: CALLBACK, resource: undefined };
    return (await grants.redeem(redemption, true)).refreshToken ?? '';
  }

  it('when grants are refreshed, revoked and ended at the same moment on two replicas', async () => {
    const [{ grants: one }, { grants: other }] = replicas;
    for (let round = 0; round < ROUNDS; round += 1) {
      const tokens = await Promise.all([newToken(replicas[0]), newToken(replicas[0])]);
      const refresh = (refreshToken: string) => ({
        refreshToken,
        client,
        scope: undefined,
        resource: undefined,
      });
      const acts = tokens.flatMap((token) => [
        one.refresh(refresh(token)),
        other.refresh(refresh(token)),
        other.revokeRefreshToken(client, token),
      ]);
      const ends = [one.endAll({ username: 'ann' }), other.endAll({ clientId: client.clientId })];
      for (const act of await Promise.allSettled([...acts, ...ends])) {
        if (act.status === 'rejected') expect(act.reason).toBeInstanceOf(OAuthError);
      }
    }
    const admin = await database.connect();
    await admin.query('select pg_stat_force_next_flush()');
    const { rows } = await admin.query('select sum(deadlocks)::int as deadlocks from pg_stat_database');
    expect(rows).toEqual([{ deadlocks: 0 }]);
    expect(database.log()).not.toContain('deadlock detected');
  });
});
