import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.js';
import { ping } from '../../support/app/clients.js';
import { oneUser, PASSWORD } from '../../support/app/one-user.js';
import { signInForTokens } from '../../support/oauth/oauth.js';

const accounts = oneUser();
let app: TestApp;
beforeAll(async () => {
  app = await startApp({}, {}, { accounts });
});
afterAll(() => app.stop());

const signIn = () => signInForTokens(app.url, { username: 'ada', password: PASSWORD });
const ask = (authorization: string) => ping(app.mcpUrl, authorization);

async function expectRefused(authorization: string, detail: string) {
  const response = await ask(authorization);
  expect(response.status).toBe(401);
  const lines = app.logs.filter(
    ({ msg, requestId }) =>
      msg === 'access token refused' && requestId === response.headers.get('x-request-id'),
  );
  expect(lines).toEqual([
    expect.objectContaining({ level: 30, endpoint: '/mcp', error: 'invalid_token', detail }),
  ]);
  expect(`${await response.text()}${response.headers.get('www-authenticate')}`).not.toContain(detail);
  expect(JSON.stringify(app.logs)).not.toContain(authorization.split(' ').at(-1));
}

it('the log says whether a token or its whole sign-in was revoked', async () => {
  const { client, access_token, refresh_token } = await signIn();
  const revoke = (token: string) =>
    fetch(`${app.url}/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: client.client_id, token }),
    });
  await revoke(access_token);
  await expectRefused(`Bearer ${access_token}`, 'revoked by the client');
  await revoke(refresh_token);
  await expectRefused(`Bearer ${access_token}`, 'its grant has ended');
});

it('the log says that the user of a token is gone', async () => {
  const { access_token } = await signIn();
  accounts.isGone = true;
  await expectRefused(`Bearer ${access_token}`, 'the user "ada" does not exist, or is disabled');
  accounts.isGone = false;
  expect((await ask(`Bearer ${access_token}`)).status).toBe(200);
});

it('the log says that a token is forged, or not ours', async () => {
  const [header, payload, signature] = (await signIn()).access_token.split('.');
  const forged = `${signature?.slice(0, -4)}AAAA`;
  await expectRefused(`Bearer ${header}.${payload}.${forged}`, 'signature: it does not match the key');
  await expectRefused('Bearer an-opaque-token-of-somebody', 'not a JWT');
  const gone = 'a service token that is unknown, expired or revoked; not a JWT';
  await expectRefused('Bearer mcp_service_that-nobody-made', gone);
});

it('the log says that a header is malformed, without quoting it', async () => {
  await expectRefused(
    'a-token-without-a-scheme',
    'the Authorization header is not of the form "Bearer <token>"',
  );
});

it('a first visit without a token is not logged', async () => {
  const before = app.logs.length;
  await fetch(app.mcpUrl, { method: 'POST' });
  await expect.poll(() => app.logs.length).toBe(before + 1);
  expect(app.logs.at(-1)).toMatchObject({ msg: 'request', status: 401 });
});
