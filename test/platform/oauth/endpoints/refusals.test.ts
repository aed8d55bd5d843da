import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../../support/app/app.js';
import { oneUser, PASSWORD } from '../../../support/app/one-user.js';
import {
  authorizeUrl,
  Browser,
  pkce,
  type Registration,
  register,
  tokenRequest,
} from '../../../support/oauth/oauth.js';

const NATIVE = 'http://127.0.0.1:7777/callback';
const WEB = 'https://app.example/callback';

let app: TestApp;
let native: Registration;
let web: Registration;
let confidential: Registration;
beforeAll(async () => {
  app = await startApp({}, { RATE_LIMIT_SCALE: '100' }, { accounts: oneUser() });
  native = await register(app.url, { redirect_uris: [NATIVE] });
  web = await register(app.url, { redirect_uris: [WEB] });
  confidential = await register(app.url, {
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code'],
  });
});
afterAll(() => app.stop());

/** Finds the log line about the refusal of that request. */
const refusalOf = (response: Response) =>
  app.logs.find(
    ({ msg, requestId }) =>
      String(msg).startsWith('refused') && requestId === response.headers.get('x-request-id'),
  );

/** Returns everything the server sent: the answer, and the address it redirects to. */
async function everythingSent(response: Response): Promise<string> {
  return `${await response.text()} ${decodeURIComponent(response.headers.get('location') ?? '')}`;
}

describe('POST /token logs the exact cause, with code, endpoint and client', () => {
  const verifier = pkce().verifier;
  it.each<[string, Record<string, string>, string, string]>([
    ['no grant_type', {}, 'invalid_request', 'grant_type is required'],
    ['another grant_type', { grant_type: 'password' }, 'unsupported_grant_type', 'grant_type is "password"'],
    ['no code', { grant_type: 'authorization_code' }, 'invalid_request', 'code is required'],
    [
      'no code_verifier',
      { grant_type: 'authorization_code', code: 'c' },
      'invalid_request',
      'code_verifier is missing',
    ],
    [
      'a short code_verifier',
      { grant_type: 'authorization_code', code: 'c', code_verifier: 'short' },
      'invalid_request',
      'code_verifier has 5 characters, or one that is not allowed',
    ],
    [
      'another resource',
      {
        grant_type: 'authorization_code',
        code: 'c',
        code_verifier: verifier,
        resource: 'https://other.example/mcp?key=s',
      },
      'invalid_target',
      'resource is "https://other.example/mcp", and ours is ',
    ],
    ['no refresh_token', { grant_type: 'refresh_token' }, 'invalid_request', 'refresh_token is required'],
  ])('%s', async (_what, form, error, detail) => {
    const response = await tokenRequest(app.url, { client_id: native.client_id, ...form });
    expect(refusalOf(response)).toMatchObject({
      level: 30,
      endpoint: '/token',
      error,
      status: 400,
      detail: expect.stringContaining(detail),
      clientId: native.client_id,
    });
    if (!detail.endsWith('required')) expect(await everythingSent(response)).not.toContain(detail);
  });

  it('a repeated parameter', async () => {
    const response = await tokenRequest(app.url, 'grant_type=a&grant_type=b');
    expect(refusalOf(response)).toMatchObject({ detail: 'repeated, or with a null byte: "grant_type"' });
  });

  it('another content type', async () => {
    const response = await tokenRequest(app.url, '{}', { 'Content-Type': 'application/json' });
    expect(refusalOf(response)).toMatchObject({ detail: 'Content-Type is "application/json"' });
  });

  it('a grant_type the client is not registered for', async () => {
    const { client_id, client_secret } = confidential;
    const response = await tokenRequest(
      app.url,
      { grant_type: 'refresh_token', refresh_token: 'r' },
      { Authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` },
    );
    expect(refusalOf(response)).toMatchObject({
      error: 'unauthorized_client',
      detail: 'asked for refresh_token, registered for authorization_code',
      clientId: client_id,
    });
  });

  it('an unknown client, with its id cut and on one line', async () => {
    const response = await tokenRequest(app.url, {
      grant_type: 'refresh_token',
      client_id: `nobody\n\u001b[2J${'x '.repeat(5000)}`,
    });
    expect(response.status).toBe(401);
    const line = refusalOf(response);
    expect(line).toMatchObject({ error: 'invalid_client' });
    expect(line?.['clientId']).toMatch(/^nobody \[2J(x ){80,}x?…$/);
    expect(String(line?.['clientId'])).toHaveLength(200);
  });
});

it('POST /register logs a body that cannot be read', async () => {
  const response = await fetch(`${app.url}/register`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"client_name": "S3CRET',
  });
  expect(refusalOf(response)).toMatchObject({ endpoint: '/register', detail: 'entity.parse.failed' });
});

describe('GET /authorize logs the exact cause', () => {
  const causes: [string, Record<string, string | undefined>, string, string][] = [
    ['no response_type', { response_type: undefined }, 'invalid_request', 'response_type is required'],
    [
      'another response_type',
      { response_type: 'token' },
      'unsupported_response_type',
      'response_type is "token"',
    ],
    ['no PKCE', { code_challenge: undefined }, 'invalid_request', 'code_challenge is missing'],
    [
      'no method',
      { code_challenge_method: undefined },
      'invalid_request',
      'code_challenge_method is missing, which means plain',
    ],
    ['plain', { code_challenge_method: 'plain' }, 'invalid_request', 'code_challenge_method is "plain"'],
    ['a short challenge', { code_challenge: 'abc' }, 'invalid_request', 'it has 3 characters'],
    [
      'another resource',
      { resource: 'https://other.example/' },
      'invalid_target',
      'resource is "https://other.example/"',
    ],
  ];

  it.each(causes)('%s, by redirect to the computer of the user', async (_what, changes, error, detail) => {
    const url = authorizeUrl(app.url, native.client_id, pkce().challenge, changes);
    const response = await new Browser(app.url).get(url);
    expect(new URL(response.headers.get('location') ?? '').searchParams.get('error')).toBe(error);
    await expectLogged(response, error, detail, native);
  });

  it.each(causes)('%s, on a page for a website', async (_what, changes, error, detail) => {
    const url = authorizeUrl(app.url, web.client_id, pkce().challenge, { redirect_uri: WEB, ...changes });
    const response = await new Browser(app.url).get(url);
    expect(response.headers.get('content-type')).toContain('text/html');
    await expectLogged(response, error, detail, web);
  });

  it.each<[string, Record<string, string | undefined>, string, string]>([
    ['no client', { client_id: undefined }, 'invalid_client', 'client_id is missing'],
    [
      'an unknown client',
      { client_id: 'nobody' },
      'invalid_client',
      'client_id is unknown, or it has expired',
    ],
    [
      'an address that is not registered',
      { redirect_uri: 'https://evil.example/cb?code=x' },
      'invalid_request',
      'redirect_uri is "https://evil.example/cb", registered: "http://127.0.0.1:7777/callback"',
    ],
  ])('%s, on a page', async (_what, changes, error, detail) => {
    const url = authorizeUrl(app.url, native.client_id, pkce().challenge, changes);
    const response = await new Browser(app.url).get(url);
    expect(response.headers.get('location')).toBeNull();
    expect(refusalOf(response)).toMatchObject({ endpoint: '/authorize', error, detail });
    expect(await everythingSent(response)).not.toContain(detail);
  });

  async function expectLogged(response: Response, error: string, detail: string, client: Registration) {
    expect(refusalOf(response)).toMatchObject({
      endpoint: '/authorize',
      error,
      detail: expect.stringContaining(detail),
      clientId: client.client_id,
    });
    if (!detail.endsWith('required')) expect(await everythingSent(response)).not.toContain(detail);
  }
});

describe('POST /login logs the exact cause', () => {
  it('a form from another site', async () => {
    const response = await new Browser(app.url).submit({}, { Origin: 'https://evil.example' });
    expect(response.status).toBe(403);
    expect(refusalOf(response)).toMatchObject({
      endpoint: '/login',
      error: 'access_denied',
      detail: 'Origin is "https://evil.example", Sec-Fetch-Site "not sent"',
    });
  });

  it('a page that is used a second time', async () => {
    const browser = new Browser(app.url);
    const url = authorizeUrl(app.url, native.client_id, pkce().challenge);
    const fields = await browser.open(url, 'ada', PASSWORD);
    expect((await browser.submit(fields)).status).toBe(303);
    const response = await browser.submit(fields);
    expect(response.status).toBe(400);
    expect(refusalOf(response)).toMatchObject({
      detail: expect.stringContaining('no open request of that id'),
    });
  });

  it('a form without the id of its request', async () => {
    const response = await new Browser(app.url).submit({ decision: 'allow' });
    expect(refusalOf(response)).toMatchObject({ detail: 'the parameter request is missing or repeated' });
  });
});
