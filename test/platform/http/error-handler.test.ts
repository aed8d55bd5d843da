import { Router } from 'express';
import type { KyselyPlugin } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { UnavailableError } from '../../../src/platform/http/errors.js';
import { openStore } from '../../../src/platform/store/database.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { ping } from '../../support/app/clients.js';
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

/** While this is set, every query of the store fails. */
let down = false;
const outage: KyselyPlugin = {
  transformQuery({ node }) {
    if (down)
      throw new UnavailableError('The data cannot be reached', { cause: new Error('db.internal:5432') });
    return node;
  },
  transformResult: async ({ result }) => result,
};

const accounts = oneUser();
let app: TestApp;
let tokens: Tokens & Awaited<ReturnType<typeof signInForTokens>>;
let browser: Browser;
let fields: Record<string, string>;
beforeAll(async () => {
  const store = await openStore('file::memory:', { migrations: fixture.migrations });
  app = await startApp({}, {}, { store: store.withPlugin(outage), accounts });
  tokens = await signInForTokens(app.url, { username: 'ada', password: PASSWORD });
  browser = new Browser(app.url);
  fields = await browser.open(authorize(), 'ada', PASSWORD);
});
afterEach(() => {
  down = false;
  accounts.isDown = false;
});
afterAll(() => app.stop());

const authorize = () => authorizeUrl(app.url, tokens.client.client_id, pkce().challenge);
const form = (path: string, body: Record<string, string>) =>
  fetch(`${app.url}${path}`, { method: 'POST', body: new URLSearchParams(body) });

describe('a dependency that is down', () => {
  it.each<[string, () => Promise<Response>]>([
    ['/mcp', () => ping(app.mcpUrl, `Bearer ${tokens.access_token}`)],
    ['/token', () => refresh(app.url, tokens)],
    ['/revoke', () => form('/revoke', { client_id: tokens.client.client_id, token: tokens.refresh_token })],
    ['/register', () => registerRaw(app.url, { redirect_uris: ['https://app.example/callback'] })],
  ])('makes %s answer 503 as JSON, with Retry-After and without a challenge', async (path, ask) => {
    down = true;
    const response = await ask();
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '30']);
    expect(response.headers.get('www-authenticate')).toBeNull();
    expect(await response.json()).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'The data cannot be reached. Try again in a minute.',
    });
    expect(app.logs).toContainEqual(
      expect.objectContaining({
        level: 50,
        msg: 'unavailable',
        path,
        requestId: response.headers.get('x-request-id'),
        err: expect.objectContaining({ stack: expect.stringContaining('db.internal') }),
      }),
    );
  });

  it.each<[string, () => Promise<Response>]>([
    ['GET /authorize', () => browser.get(authorize())],
    ['GET /login', () => browser.get(`${app.url}/login?request=${fields['request']}`)],
    ['POST /login', () => browser.submit(fields)],
  ])('makes %s show a page that says to try again in a moment', async (_what, ask) => {
    down = true;
    const response = await ask();
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '30']);
    expect(response.headers.get('content-type')).toContain('text/html');
    const page = await response.text();
    expect(page).toContain('Try again in a moment.');
    expect(page).not.toContain('db.internal');
  });

  it('includes the user directory: 503 for programs, and the sign-in page with the form kept for people', async () => {
    accounts.isDown = true;
    const called = await ping(app.mcpUrl, `Bearer ${tokens.access_token}`);
    const refreshed = await refresh(app.url, tokens);
    for (const response of [called, refreshed]) {
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '30']);
      expect(await response.json()).toMatchObject({ error: 'temporarily_unavailable' });
    }
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
