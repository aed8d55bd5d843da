import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createKeyStore } from '../../../src/platform/oauth/tokens/key-store.js';
import type { TestApp } from '../../support/app/app.js';
import { post, tokenWorks } from '../../support/app/clients.js';
import { startFixture } from '../../support/app/fixture.js';
import { refresh, signInForTokens, type Tokens } from '../../support/oauth/oauth.js';

let app: TestApp;
beforeAll(async () => {
  app = await startFixture();
});
afterAll(async () => {
  vi.useRealTimers();
  await app.stop();
});

/** Sets the clock forward, which stays so: servers do not expect a clock to go back. */
const pass = (seconds: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });
};

/** Uses a token twice, because where there are two replicas, each request goes to the other one. */
async function works({ access_token }: Pick<Tokens, 'access_token'>): Promise<boolean[]> {
  const token = access_token;
  return [await tokenWorks(app.mcpUrl, token), await tokenWorks(app.mcpUrl, token)];
}
const YES = [true, true];
const NO = [false, false];

/** Signs in, and uses the token until every server remembers it. */
async function signInAndCall() {
  const tokens = await signInForTokens(app.url);
  expect(await works(tokens)).toEqual(YES);
  return tokens;
}

const revoke = (client_id: string, token: string) =>
  fetch(`${app.url}/revoke`, { method: 'POST', body: new URLSearchParams({ client_id, token }) });
const setUser = (changes: { disabled?: number; scopes?: string }) =>
  app.store.updateTable('people').set(changes).where('username', '=', 'ann').execute();

/** Adds a note, for which a token needs the scope to write. @returns the status */
async function addNote({ access_token }: Tokens): Promise<number> {
  const params = { name: 'add_note', arguments: { text: 'milk' } };
  const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params };
  return (await post(app.mcpUrl, body, { Authorization: `Bearer ${access_token}` })).status;
}

it('a token in use ends when it is revoked, and others of its grant do not', async () => {
  const tokens = await signInAndCall();
  const other = (await (await refresh(app.url, tokens)).json()) as Tokens;
  expect(await works(other)).toEqual(YES);
  await revoke(tokens.client.client_id, tokens.access_token);
  expect(await works(tokens)).toEqual(NO);
  expect(await works(other)).toEqual(YES);
});

it('a token in use ends when its grant ends', async () => {
  const tokens = await signInAndCall();
  await revoke(tokens.client.client_id, tokens.refresh_token);
  expect(await works(tokens)).toEqual(NO);
});

it('a token in use works only while its user is enabled', async () => {
  const tokens = await signInAndCall();
  await setUser({ disabled: 1 });
  expect(await works(tokens)).toEqual(NO);
  await setUser({ disabled: 0 });
  expect(await works(tokens)).toEqual(YES);
});

it('a token in use loses the scopes that its user loses', async () => {
  const tokens = await signInForTokens(app.url, { parameters: { scope: 'notes:read notes:write' } });
  expect([await addNote(tokens), await addNote(tokens)]).toEqual([200, 200]);
  await setUser({ scopes: 'notes:read' });
  expect([await addNote(tokens), await addNote(tokens)]).toEqual([403, 403]);
  await setUser({ scopes: 'notes:read notes:write' });
  expect([await addNote(tokens), await addNote(tokens)]).toEqual([200, 200]);
});

it('a token in use ends in the second in which it expires', async () => {
  pass(0);
  const tokens = await signInAndCall();
  const { exp } = JSON.parse(atob(tokens.access_token.split('.')[1] ?? '')) as { exp: number };
  vi.setSystemTime((exp - 1) * 1000);
  expect(await works(tokens)).toEqual(YES);
  vi.setSystemTime(exp * 1000);
  expect(await works(tokens)).toEqual(NO);
});

it('a token in use outlives the rotation of its key, and ends within a minute of the removal', async () => {
  const tokens = await signInAndCall();
  const keyStore = createKeyStore(app.store, { keyEncryptionSecret: undefined, accessTokenTtl: 3600 });
  const rotation = await keyStore.rotate(0);
  pass(61);
  expect(await works(tokens)).toEqual(YES);
  await app.store
    .deleteFrom('signing_keys')
    .where('kid', '!=', rotation?.kid ?? '')
    .execute();
  pass(61);
  expect(await works(tokens)).toEqual(NO);
  expect(await works(await signInForTokens(app.url))).toEqual(YES);
});
