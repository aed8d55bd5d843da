import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.js';
import { oneUser, PASSWORD } from '../../support/app/one-user.js';
import {
  pkce,
  type Registration,
  refresh,
  register,
  type SignedIn,
  signIn,
  type Tokens,
  tokenRequest,
} from '../../support/oauth/oauth.js';

const INFO = 30;
const WARN = 40;

let app: TestApp;
let other: Registration;
let confidential: Registration;
beforeAll(async () => {
  app = await startApp({}, { RATE_LIMIT_SCALE: '100', REFRESH_GRACE: '0' }, { accounts: oneUser() });
  other = await register(app.url, { client_name: 'Other' });
  confidential = await register(app.url, { token_endpoint_auth_method: 'client_secret_basic' });
});
afterAll(() => app.stop());

async function expectRefused(response: Response, level: number, error: string, detail: string) {
  const requestId = response.headers.get('x-request-id');
  const lines = app.logs.filter(
    (line) => line['requestId'] === requestId && String(line['msg']).startsWith('refused'),
  );
  expect(lines).toEqual([expect.objectContaining({ level, endpoint: '/token', error, detail })]);
  const answer = (await response.json()) as { error: string };
  expect(answer.error).toBe(error);
  expect(JSON.stringify(answer)).not.toContain(detail);
  return lines[0];
}

describe('each cause of invalid_grant has its own line, which is a warning where it may be theft', () => {
  const visit = () => signIn(app.url, { username: 'ada', password: PASSWORD });

  it.each<[string, number, (at: SignedIn) => Promise<Response>]>([
    ['the code is unknown, or its grant has ended', INFO, (at) => at.redeem({ code: 'made-up' })],
    ['the code belongs to another client', WARN, (at) => at.redeem({ client_id: other.client_id })],
    [
      'the code_verifier does not match the code_challenge',
      WARN,
      (at) => at.redeem({ code_verifier: pkce().verifier }),
    ],
    [
      'the redirect_uri is not the one of the authorization request',
      INFO,
      (at) => at.redeem({ redirect_uri: 'https://app.example/other' }),
    ],
    [
      'the code was used before',
      WARN,
      async (at) => {
        await at.redeem();
        return at.redeem();
      },
    ],
  ])('%s', async (detail, level, ask) => {
    await expectRefused(await ask(await visit()), level, 'invalid_grant', detail);
  });

  it.each<[string, string, number, (at: { client: Registration } & Tokens) => Promise<Response>]>([
    [
      'the refresh token is unknown, or its grant has ended',
      'invalid_grant',
      INFO,
      (at) => refresh(app.url, { ...at, refresh_token: 'made-up' }),
    ],
    [
      'the refresh token belongs to another client',
      'invalid_grant',
      WARN,
      (at) => refresh(app.url, { ...at, client: other }),
    ],
    [
      'a refresh asked for scopes the user has not granted',
      'invalid_scope',
      INFO,
      (at) => refresh(app.url, at, { scope: 'admin' }),
    ],
    [
      'the refresh token was used before',
      'invalid_grant',
      WARN,
      async (at) => {
        const next = (await (await refresh(app.url, at)).json()) as Tokens;
        await refresh(app.url, { ...at, ...next });
        return refresh(app.url, at);
      },
    ],
  ])('%s', async (detail, error, level, ask) => {
    const { client, redeem } = await visit();
    const tokens = (await (await redeem()).json()) as Tokens;
    await expectRefused(await ask({ client, ...tokens }), level, error, detail);
  });
});

describe('each cause of invalid_client has its own line, with the claimed id', () => {
  const grant = { grant_type: 'refresh_token', refresh_token: 'r' };
  const basic = (id: string, secret: string) => ({ Authorization: `Basic ${btoa(`${id}:${secret}`)}` });

  it.each<[string, () => Promise<Response>, () => string | undefined]>([
    [
      'the client is not registered',
      () => tokenRequest(app.url, { ...grant, client_id: 'nobody' }),
      () => 'nobody',
    ],
    [
      'the client sent no secret',
      () => tokenRequest(app.url, { ...grant, client_id: confidential.client_id }),
      () => confidential.client_id,
    ],
    [
      'the secret is wrong',
      () => tokenRequest(app.url, grant, basic(confidential.client_id, 'wrong')),
      () => confidential.client_id,
    ],
    [
      'a public client sent a secret',
      () => tokenRequest(app.url, { ...grant, client_id: other.client_id, client_secret: 's' }),
      () => other.client_id,
    ],
    [
      'the client_id of the form is not the one of the Authorization header',
      () => tokenRequest(app.url, { ...grant, client_id: 'x' }, basic(confidential.client_id, 's')),
      () => confidential.client_id,
    ],
    [
      'the Authorization header is not valid Basic authentication',
      () => tokenRequest(app.url, grant, { Authorization: 'Basic ????' }),
      () => undefined,
    ],
  ])('%s', async (detail, ask, clientId) => {
    const response = await ask();
    expect(response.status).toBe(401);
    const line = await expectRefused(response, INFO, 'invalid_client', detail);
    expect(line?.['clientId']).toBe(clientId());
  });
});

it('a client over the limit of its address is logged with the limit', async () => {
  const small = await startApp({}, { RATE_LIMIT_SCALE: '0.001' }, { accounts: oneUser() });
  await tokenRequest(small.url, { grant_type: 'x' });
  expect((await tokenRequest(small.url, { grant_type: 'x' })).status).toBe(429);
  expect(small.logs).toContainEqual(
    expect.objectContaining({
      error: 'temporarily_unavailable',
      status: 429,
      detail: 'more than 1 requests (token) in 60 s from 127.0.0.1',
    }),
  );
  await small.stop();
});
