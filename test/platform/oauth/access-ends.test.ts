import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServiceTokens } from '../../../src/platform/auth/service-token.js';
import { parseConfig } from '../../../src/platform/config/config.js';
import { createRecords } from '../../../src/platform/oauth/records.js';
import { connectStore, type Store } from '../../../src/platform/store/database.js';
import { post } from '../../support/app/clients.js';
import { type FixtureApp, startFixture } from '../../support/app/fixture.js';
import { meantIn } from '../../support/lane/messages.js';
import { refresh, register, signInForTokens } from '../../support/oauth/oauth.js';
import fixture from '../fixture/server.js';

let app: FixtureApp;
/** A connection of its own, as the command line has. */
let store: Store;
beforeAll(async () => {
  app = await startFixture({ RATE_LIMIT_SCALE: '100' });
  store = await connectStore(app.databaseUrl);
});
afterAll(async () => {
  await store.destroy();
  await app.stop();
});

const call = { method: 'tools/call', params: { name: 'add_note', arguments: { text: 'x' } } };

/** Calls a tool that writes, in both eras and each time twice, so that either of two replicas has seen the token. */
async function expectStatus(token: string, status: number): Promise<void> {
  for (const era of ['2025', '2025', '2026', '2026'] as const) {
    const { message, headers } = meantIn(era, call);
    const response = await post(app.mcpUrl, message, {
      ...Object.fromEntries(headers),
      Authorization: `Bearer ${token}`,
    });
    await response.text();
    expect(response.status).toBe(status);
  }
}

type SignedIn = Awaited<ReturnType<typeof signInForTokens>>;
const signIn = async (username: string) =>
  signInForTokens(app.url, {
    // Clients that look the same share a registration.
    client: await register(app.url, { client_name: crypto.randomUUID() }),
    username,
    password: `the password of ${username}`,
    parameters: { scope: 'notes:read notes:write' },
  });
const records = () => {
  const accounts = fixture.accounts(store);
  return createRecords({ config: parseConfig({}), store, logger: { warn() {} }, accounts });
};

describe('the access of a token in use ends at the next call, also at another replica, when', () => {
  it.each<[string, (tokens: SignedIn) => Promise<unknown>]>([
    ['an operator ends the grants of its user', () => records().grants.endAll({ username: 'bea' })],
    ['an operator deletes its client', ({ client }) => records().deleteClient(client.client_id)],
    [
      'its refresh token is used twice, which only a thief and the client can do',
      async (tokens) => {
        const next = (await (await refresh(app.url, tokens)).json()) as SignedIn;
        await refresh(app.url, { ...tokens, refresh_token: next.refresh_token });
        await refresh(app.url, tokens);
      },
    ],
  ])('%s', async (_how, end) => {
    const tokens = await signIn('bea');
    const other = await signIn('ann');
    await expectStatus(tokens.access_token, 200);
    await end(tokens);
    await expectStatus(tokens.access_token, 401);
    await expectStatus(other.access_token, 200);
  });
});

it('a named token of a service in use ends once it is revoked or expired, and loses the scopes it loses', async () => {
  const tokens = createServiceTokens(store);
  const { token = '' } = (await tokens.create('reports', 'notes:read notes:write')) ?? {};
  const set = (changes: object) =>
    store.updateTable('service_tokens').set(changes).where('name', '=', 'reports').execute();
  await expectStatus(token, 200);
  await set({ scopes: 'notes:read' });
  await expectStatus(token, 403);
  await set({ scopes: 'notes:read notes:write', expires_at: 1 });
  await expectStatus(token, 401);
  await set({ expires_at: null });
  await expectStatus(token, 200);
  await tokens.revoke('reports');
  await expectStatus(token, 401);
});
