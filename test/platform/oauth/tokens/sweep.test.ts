import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseConfig } from '../../../../src/platform/config/config.js';
import { createRecords, type Records } from '../../../../src/platform/oauth/records.js';
import { sweep } from '../../../../src/platform/oauth/tokens/sweep.js';
import type { Store } from '../../../../src/platform/store/database.js';
import { openTestStore } from '../../../support/app/database.js';

const PAST = 1;
let store: Store;
let records: Records;
beforeEach(async () => {
  store = await openTestStore();
  const accounts = { findUser: async () => undefined };
  records = createRecords({ config: parseConfig({}), store, logger: { warn: () => {} }, accounts });
});
afterEach(() => store.destroy());

const client = (name: string) =>
  records.registeredClients.register({ redirect_uris: ['https://app.example/cb'], client_name: name });
const grantFor = (clientId: string) =>
  records.grants.create(
    {
      username: 'ann',
      clientId,
      scopes: ['notes:read'],
      resource: 'https://mcp.example/mcp',
      redirectUri: 'https://app.example/cb',
      codeChallenge: 'x',
      assertionRequired: false,
    },
    store,
  );
const clientIds = async () =>
  (await store.selectFrom('oauth_clients').select('client_id').execute()).map(({ client_id }) => client_id);

it('an expired client stays as long as someone is signed in through it', async () => {
  const [used, unused] = [await client('used'), await client('unused')];
  await grantFor(used.client_id);
  await store.updateTable('oauth_clients').set({ expires_at: PAST }).execute();
  const fresh = await client('fresh');
  await sweep(records.expiring);
  expect(new Set(await clientIds())).toEqual(new Set([used.client_id, fresh.client_id]));
  expect(unused.client_id).not.toBe(used.client_id);
});

it('expired rows are deleted, and a grant takes everything of it along', async () => {
  await grantFor('gone');
  await store.updateTable('grants').set({ expires_at: PAST }).execute();
  await grantFor('kept');
  for (const resets_at of [PAST, 9_999_999_999]) {
    await store
      .insertInto('rate_limits')
      .values({ key: `until ${resets_at}`, hits: 1, resets_at })
      .execute();
  }
  await sweep(records.expiring);
  expect(await store.selectFrom('grants').select('client_id').execute()).toEqual([{ client_id: 'kept' }]);
  expect(await store.selectFrom('authorization_codes').selectAll().execute()).toHaveLength(1);
  expect(await store.selectFrom('rate_limits').select('key').execute()).toEqual([
    { key: 'until 9999999999' },
  ]);
});

it('a used code stays as long as its grant, so that a replay is noticed', async () => {
  await grantFor('app');
  await store.updateTable('authorization_codes').set({ expires_at: PAST, used_at: PAST }).execute();
  await sweep(records.expiring);
  expect(await store.selectFrom('authorization_codes').selectAll().execute()).toHaveLength(1);
});
