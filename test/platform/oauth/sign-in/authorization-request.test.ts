import { expect, it } from 'vitest';
import { parseConfig } from '../../../../src/platform/config/config.js';
import { createRecords } from '../../../../src/platform/oauth/records.js';
import { failInserts } from '../../../support/app/failing-store.js';
import { answerOf } from '../../../support/oauth/oauth.js';
import { useSignInPage } from '../../../support/oauth/sign-in-page.js';

const visit = useSignInPage();
const count = async (table: string) =>
  (await visit.server.store.selectFrom(table).selectAll().execute()).length;

it('a sign-in whose grant or code cannot be written leaves the request open, and nothing else', async () => {
  const fields = await visit.browser.open(visit.start());
  const usedAt = () => visit.server.store.selectFrom('oauth_clients').select('used_at').execute();
  const before = await usedAt();
  for (const table of ['grants', 'authorization_codes']) {
    const accept = await failInserts(visit.server.store, table);
    expect((await visit.browser.submit(fields)).status).toBe(500);
    await accept();
    expect(await count('grants')).toBe(0);
    expect(await count('authorization_requests')).toBe(1);
    expect(await usedAt()).toEqual(before);
  }
  expect(answerOf(await visit.browser.submit(fields))).toHaveProperty('code');
  expect(await count('authorization_requests')).toBe(0);
});

it('a form sent five times at once makes one grant', async () => {
  const fields = await visit.browser.open(visit.start());
  const before = await count('grants');
  const responses = await Promise.all([1, 2, 3, 4, 5].map(() => visit.browser.submit(fields)));
  expect(responses.map(({ status }) => status).toSorted()).toEqual([303, 400, 400, 400, 400]);
  expect(await count('grants')).toBe(before + 1);
});

it('a client that is deleted takes its open requests and grants with it', async () => {
  const fields = await visit.browser.open(visit.start());
  const open = await visit.browser.open(visit.start());
  await visit.browser.submit(fields);
  const records = createRecords({
    config: parseConfig({}),
    store: visit.server.store,
    logger: { warn: () => {} },
    accounts: { findUser: async () => undefined },
  });
  expect(await records.deleteClient(visit.client.client_id)).toBeGreaterThan(0);
  expect(await count('grants')).toBe(0);
  expect((await visit.browser.submit(open)).status).toBe(400);
  expect(await count('grants')).toBe(0);
});
