import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.js';
import { post } from '../../support/app/clients.js';
import { oneUser, PASSWORD } from '../../support/app/one-user.js';
import { refresh, register, signInForTokens } from '../../support/oauth/oauth.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp({}, {}, { accounts: oneUser() });
});
afterAll(() => app.stop());

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
const lineOf = (response: Response) =>
  app.logs.find(
    ({ msg, requestId }) => msg === 'request' && requestId === response.headers.get('x-request-id'),
  );

it('names the registered client of a signed-in caller, at every endpoint', async () => {
  const client = await register(app.url, { client_name: `Ada's\u202e assistant ${'x'.repeat(90)}` });
  const tokens = await signInForTokens(app.url, { client, username: 'ada', password: PASSWORD });
  const name = `Ada's assistant ${'x'.repeat(43)}…`;
  const called = await post(app.mcpUrl, ping, {
    Authorization: `Bearer ${tokens.access_token}`,
    'User-Agent': 'claude-code/2.1',
  });
  const refreshed = await refresh(app.url, tokens);
  await expect.poll(() => lineOf(called)).toMatchObject({ caller: 'ada', client: name });
  await expect.poll(() => lineOf(refreshed)).toMatchObject({ route: '/token', client: name });
  const pages = app.logs.filter(
    ({ route }) => route === '/register' || route === '/authorize' || route === '/login',
  );
  expect(pages.map(({ client }) => client)).toEqual([name, name, name, name]);
});

it.each([
  ['claude-code/2.1.204 (cli)', 'claude'],
  [`x${'y'.repeat(2000)}`, 'other'],
])('names the family of %.30s where no client is registered', async (userAgent, family) => {
  const called = await post(app.mcpUrl, ping, { 'User-Agent': userAgent });
  await expect.poll(() => lineOf(called)).toMatchObject({ caller: 'service:static-token', client: family });
  const refused = await fetch(app.mcpUrl, { method: 'POST', headers: { 'User-Agent': userAgent } });
  await expect.poll(() => lineOf(refused)).toMatchObject({ status: 401, client: family });
});

it('cuts long names in a message', async () => {
  const response = await post(app.mcpUrl, { ...ping, method: 'x'.repeat(5000) });
  await response.text();
  await expect.poll(() => lineOf(response)?.['rpcMethod']).toHaveLength(200);
});
