import { decodeProtectedHeader } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createServiceTokens } from '../../../src/platform/auth/service-token.js';
import { parseConfig } from '../../../src/platform/config/config.js';
import { createRecords } from '../../../src/platform/oauth/records.js';
import { createKeyStore } from '../../../src/platform/oauth/tokens/key-store.js';
import { connectStore, type Store } from '../../../src/platform/store/database.js';
import { MODERN_META, post } from '../../support/app/clients.js';
import { type FixtureApp, startFixture } from '../../support/app/fixture.js';
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
afterEach(() => void vi.useRealTimers());

const pass = (seconds: number) =>
  void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });

const call = { jsonrpc: '2.0', id: 1, method: 'tools/call' };
const params = { name: 'add_note', arguments: { text: 'x' } };
const modern = {
  body: { ...call, params: { ...params, _meta: MODERN_META } },
  headers: { 'Mcp-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call', 'Mcp-Name': 'add_note' },
};

/** Calls a tool that writes, in both eras and each time twice, so that either of two replicas has seen the token. */
async function expectStatus(token: string, status: number, { mcpUrl } = app): Promise<void> {
  const old = { body: { ...call, params }, headers: {} };
  for (const { body, headers } of [old, old, modern, modern]) {
    const response = await post(mcpUrl, body, { ...headers, Authorization: `Bearer ${token}` });
    await response.text();
    expect(response.status).toBe(status);
  }
}

type SignedIn = Awaited<ReturnType<typeof signInForTokens>>;
const signIn = async (username = 'bea', { url } = app) =>
  signInForTokens(url, {
    // Clients that look the same share a registration.
    client: await register(url, { client_name: crypto.randomUUID() }),
    username,
    password: `the password of ${username}`,
    parameters: { scope: 'notes:read notes:write' },
  });
const revoke = (client_id: string, token: string) =>
  fetch(`${app.url}/revoke`, { method: 'POST', body: new URLSearchParams({ client_id, token }) });
const change = (changes: object) =>
  store.updateTable('people').set(changes).where('username', '=', 'bea').execute();
const records = () => {
  const accounts = fixture.accounts(store);
  return createRecords({ config: parseConfig({}), store, logger: { warn() {} }, accounts });
};

describe('the access of a token in use ends at the next call, also at another replica, when', () => {
  it.each<[string, number, (tokens: SignedIn) => Promise<unknown>]>([
    ['its client revokes it', 401, ({ client, access_token }) => revoke(client.client_id, access_token)],
    [
      'its client revokes the sign-in',
      401,
      ({ client, refresh_token }) => revoke(client.client_id, refresh_token),
    ],
    ['its time is over', 401, async () => pass(3601)],
    ['an operator ends the grants of its user', 401, () => records().grants.endAll({ username: 'bea' })],
    ['an operator deletes its client', 401, ({ client }) => records().deleteClient(client.client_id)],
    [
      'its refresh token is used twice, which only a thief and the client can do',
      401,
      async (tokens) => {
        const next = (await (await refresh(app.url, tokens)).json()) as SignedIn;
        await refresh(app.url, { ...tokens, refresh_token: next.refresh_token });
        await refresh(app.url, tokens);
      },
    ],
    ['its user loses a permission', 403, () => change({ scopes: 'notes:read' })],
    ['its user is disabled', 401, () => change({ disabled: 1 })],
  ])('%s', async (_how, status, end) => {
    const tokens = await signIn();
    const other = await signIn('ann');
    await expectStatus(tokens.access_token, 200);
    await end(tokens);
    await expectStatus(tokens.access_token, status);
    if (status === 403) {
      await change({ scopes: 'notes:read notes:write' });
      await expectStatus(tokens.access_token, 200);
    }
    await change({ disabled: 0 });
    vi.useRealTimers();
    await expectStatus(other.access_token, 200);
  });
});

it('a named token of a service works no longer once it is revoked or expired, and not with scopes it lost', async () => {
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

it('a token in use outlives the rotation of keys, and ends within a minute of its own key', async () => {
  const own = await startFixture();
  onTestFinished(() => own.stop());
  const before = await signIn('bea', own);
  await expectStatus(before.access_token, 200, own);
  await createKeyStore(own.store, parseConfig({})).rotate(0);
  pass(61);
  const after = await signIn('bea', own);
  await expectStatus(before.access_token, 200, own);
  const { kid = '' } = decodeProtectedHeader(before.access_token);
  expect(decodeProtectedHeader(after.access_token).kid).not.toBe(kid);
  await own.store.deleteFrom('signing_keys').where('kid', '=', kid).execute();
  pass(61);
  await expectStatus(before.access_token, 401, own);
  await expectStatus(after.access_token, 200, own);
});
