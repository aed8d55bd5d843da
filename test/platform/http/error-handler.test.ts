import { Router } from 'express';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.js';
import { ping } from '../../support/app/clients.js';
import { openTestStore } from '../../support/app/database.js';
import { type FailingStore, failingStore, INTERNAL } from '../../support/app/failing-store.js';
import { oneUser, PASSWORD } from '../../support/app/one-user.js';
import {
  authorizeUrl,
  Browser,
  pkce,
  refresh,
  register,
  registerRaw,
  signInForTokens,
  type Tokens,
} from '../../support/oauth/oauth.js';
import fixture from '../fixture/server.js';

const accounts = oneUser();
let app: TestApp;
let database: FailingStore;
let tokens: Tokens & Awaited<ReturnType<typeof signInForTokens>>;
let browser: Browser;
let fields: Record<string, string>;
beforeAll(async () => {
  database = failingStore(await openTestStore(fixture.migrations));
  app = await startApp({}, {}, { store: database.store, accounts });
  tokens = await signInForTokens(app.url, { username: 'ada', password: PASSWORD });
  browser = new Browser(app.url);
  fields = await browser.open(authorize(), 'ada', PASSWORD);
});
afterEach(() => {
  database.recover();
  accounts.isDown = false;
});
afterAll(() => app.stop());

const authorize = () => authorizeUrl(app.url, tokens.client.client_id, pkce().challenge);
const form = (path: string, body: Record<string, string>) =>
  fetch(`${app.url}${path}`, { method: 'POST', body: new URLSearchParams(body) });

const withToken = (init: RequestInit = {}): RequestInit => ({
  ...init,
  headers: { ...init.headers, Authorization: `Bearer ${tokens.access_token}` },
});

/** Expects one line with the cause besides that of the request, and none with a stack: an outage writes thousands. */
function expectOneLine(response: Response, path: string): void {
  const requestId = response.headers.get('x-request-id');
  const lines = app.logs.filter((line) => line['requestId'] === requestId && line['msg'] !== 'request');
  const reason = 'The database does not answer';
  expect(lines).toMatchObject([{ level: 50, msg: 'unavailable', path, reason, cause: INTERNAL }]);
  expect(JSON.stringify(lines)).not.toContain('    at ');
}

describe('the database or another dependency that is down', () => {
  it.each<[string, () => Promise<Response>]>([
    ['/token', () => refresh(app.url, tokens)],
    ['/revoke', () => form('/revoke', { client_id: tokens.client.client_id, token: tokens.refresh_token })],
    ['/register', () => registerRaw(app.url, { redirect_uris: ['https://app.example/callback'] })],
  ])('makes %s answer 503 as JSON, with Retry-After and without a challenge', async (path, ask) => {
    database.fail();
    const response = await ask();
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(response.headers.get('www-authenticate')).toBeNull();
    expect(await response.json()).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'The database does not answer. Try again in a moment.',
    });
    expectOneLine(response, path);
  });

  it.each<[string, () => Promise<Response>]>([
    ['/mcp', () => ping(app.mcpUrl, `Bearer ${tokens.access_token}`)],
    ['/messages', () => fetch(`${app.url}/messages?sessionId=x`, withToken({ method: 'POST' }))],
  ])('makes %s answer 503 with one JSON-RPC error before the caller is known', async (path, ask) => {
    database.fail();
    const response = await ask();
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(response.headers.get('www-authenticate')).toBeNull();
    expect(await response.json()).toEqual({
      jsonrpc: '2.0',
      error: { code: -32000, message: 'The database does not answer. Try again in a moment' },
      id: null,
    });
    expectOneLine(response, path);
  });

  it('makes /mcp show a page to a person, and /sse refuse the stream', async () => {
    database.fail();
    const page = await fetch(app.mcpUrl, withToken({ headers: { Accept: 'text/html' } }));
    expect([page.status, page.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await page.text()).toContain('The database does not answer. Try again in a moment');
    const stream = await fetch(`${app.url}/sse`, withToken());
    expect([stream.status, stream.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await stream.json()).toMatchObject({ error: 'temporarily_unavailable' });
  });

  it('leaves what needs no database as it is: discovery, keys, pages and health', async () => {
    database.fail();
    for (const path of [
      '/.well-known/oauth-authorization-server',
      '/.well-known/oauth-protected-resource/mcp',
      '/.well-known/jwks.json',
      '/',
      '/healthz',
    ]) {
      expect([path, (await fetch(`${app.url}${path}`)).status]).toEqual([path, 200]);
    }
  });

  it.each<[string, () => Promise<Response>]>([
    ['GET /authorize', () => browser.get(authorize())],
    ['GET /login', () => browser.get(`${app.url}/login?request=${fields['request']}`)],
    ['POST /login', () => browser.submit(fields)],
  ])('makes %s show a page that says to try again in a moment', async (_what, ask) => {
    database.fail();
    const response = await ask();
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(response.headers.get('content-type')).toContain('text/html');
    const page = await response.text();
    expect(page).toContain('Try again in a moment.');
    expect(page).not.toContain('db.internal');
  });

  it('includes the user directory: 503 for programs, and the sign-in page with the form kept for people', async () => {
    accounts.isDown = true;
    const called = await ping(app.mcpUrl, `Bearer ${tokens.access_token}`);
    expect([called.status, called.headers.get('retry-after')]).toEqual([503, '30']);
    expect(await called.json()).toMatchObject({ error: { code: -32000 }, id: null });
    const refreshed = await refresh(app.url, tokens);
    expect([refreshed.status, refreshed.headers.get('retry-after')]).toEqual([503, '30']);
    expect(await refreshed.json()).toMatchObject({ error: 'temporarily_unavailable' });
    const page = await browser.submit(fields);
    expect([page.status, page.headers.get('retry-after')]).toEqual([503, '30']);
    const text = await page.text();
    expect(text).toContain('Try again in a moment.');
    expect(text).toContain('value="ada"');
    expect(text).not.toContain('directory.internal');
  });

  it('signs nobody out, and everything works once it is back', async () => {
    expect((await refresh(app.url, tokens)).status).toBe(200);
    expect((await browser.submit(fields)).status).toBe(303);
    expect((await register(app.url)).client_id).toBeDefined();
  });
});

it('an unexpected failure shows a reference, and the log has the stack under it', async () => {
  const router = Router().get('/fails', () => {
    throw new Error('password=SECRET');
  });
  const app = await startApp({}, {}, { routes: [router] });
  const response = await fetch(`${app.url}/fails`);
  expect(response.status).toBe(500);
  const body = (await response.json()) as { error: string; error_description: string };
  expect(body.error).toBe('server_error');
  expect(JSON.stringify(body)).not.toContain('SECRET');
  const requestId = response.headers.get('x-request-id') ?? 'none';
  expect(body.error_description).toContain(requestId);
  expect(app.logs).toContainEqual(
    expect.objectContaining({
      requestId,
      msg: 'request failed',
      err: expect.objectContaining({ stack: expect.stringContaining('at ') }),
    }),
  );
  await app.stop();
});

it('a failure after the answer has begun cuts it off, and is logged once', async () => {
  const router = Router().get('/breaks', (_req, res) => {
    res.write('the first half');
    throw new Error('no second half');
  });
  // In tests, Express itself writes nothing.
  vi.stubEnv('NODE_ENV', 'production');
  const written = vi.spyOn(console, 'error');
  const app = await startApp({}, {}, { routes: [router] });
  await expect(fetch(`${app.url}/breaks`).then((response) => response.text())).rejects.toThrow('terminated');
  expect(app.logs.filter(({ level }) => Number(level) >= 50)).toMatchObject([
    { path: '/breaks', requestId: expect.any(String), err: { message: 'no second half' } },
  ]);
  expect(written).not.toHaveBeenCalled();
  written.mockRestore();
  vi.unstubAllEnvs();
  await app.stop();
});
