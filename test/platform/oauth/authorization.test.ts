import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FixtureApp, startFixture } from '../../support/app/fixture.js';
import {
  authorizeUrl,
  Browser,
  CALLBACK,
  pkce,
  type Registration,
  register,
  signInForTokens,
} from '../../support/oauth/oauth.js';

const WEBSITE = 'https://app.example/callback';
let server: FixtureApp;
let native: Registration;
let website: Registration;
beforeAll(async () => {
  server = await startFixture({ RATE_LIMIT_SCALE: '100' });
  native = await register(server.url);
  website = await register(server.url, { redirect_uris: [WEBSITE], client_name: 'Website' });
});
afterAll(() => server.stop());

const { challenge } = pkce();
const authorize = (changes: Record<string, string | undefined>, client = native) =>
  fetch(authorizeUrl(server.url, client.client_id, challenge, changes), { redirect: 'manual' });

async function expectPage(response: Response): Promise<string> {
  expect(response.status).toBe(400);
  expect(response.headers.get('location')).toBeNull();
  expect(response.headers.get('content-type')).toContain('text/html');
  return response.text();
}

/** Expects a redirect to a client on the user's own computer, and returns the error it carries. */
function expectErrorRedirect(response: Response): Record<string, string> {
  expect(response.status).toBe(303);
  const location = new URL(response.headers.get('location') ?? '');
  expect(location.href.startsWith(CALLBACK)).toBe(true);
  const answer = Object.fromEntries(location.searchParams);
  expect(answer).toMatchObject({ state: 'a state&=', iss: server.url });
  expect(answer['error_description']).toMatch(/^[ -!#-[\]-~]+$/);
  expect(answer).not.toHaveProperty('code');
  return answer;
}

describe('the authorization endpoint', () => {
  it('an unknown client or a foreign redirect URI gets a page, no redirect', async () => {
    expect(await expectPage(await authorize({ client_id: 'nobody' }))).toContain('add it again');
    await expectPage(await authorize({ client_id: undefined }));
    await expectPage(await authorize({ redirect_uri: 'https://evil.example/callback' }));
  });

  it.each([
    'http://127.0.0.1:7777/callback/',
    'http://127.0.0.1:7777/callback/..',
    'http://127.0.0.1:7777/callback?x=1',
    'http://127.0.0.1:7777/callback#x',
    'http://127.0.0.1:7777/Callback',
    'http://127.0.0.1:7777/%63allback',
    'http://user@127.0.0.1:7777/callback',
    'http://127.0.0.1:7777@evil.example/callback',
    'http://127.0.0.1.evil.example:7777/callback',
    'http://127.0.0.1:7777\\@evil.example/callback',
    'https://127.0.0.1:7777/callback',
    'http://localhost:7777/callback',
    'http://127.1:7777/callback',
    'http://[::1]:7777/callback',
    'HTTP://127.0.0.1:7777/callback',
    ' http://127.0.0.1:7777/callback',
  ])('%s is not the registered address', async (redirect_uri) => {
    await expectPage(await authorize({ redirect_uri }));
  });

  it.each([
    'https://app.example/callback/',
    'https://app.example:8443/callback',
    'https://APP.example/callback',
  ])('%s is not the registered website', async (redirect_uri) => {
    await expectPage(await authorize({ redirect_uri }, website));
  });

  it('the port of a loopback address may differ', async () => {
    for (const redirect_uri of ['http://127.0.0.1:1/callback', 'http://127.0.0.1/callback']) {
      expect((await authorize({ redirect_uri })).headers.get('location')).toMatch(/^\/login\?request=/);
    }
    const local = await register(server.url, { redirect_uris: ['http://localhost/callback'] });
    const response = await authorize({ redirect_uri: 'http://localhost:3118/callback' }, local);
    expect(response.headers.get('location')).toMatch(/^\/login\?request=/);
  });

  it.each([
    ['without a challenge', { code_challenge: undefined }],
    ['with a plain challenge', { code_challenge_method: 'plain' }],
    ['with a short challenge', { code_challenge: 'abc' }],
    ['without a method', { code_challenge_method: undefined }],
  ])('a request %s is refused', async (_name, changes) => {
    expect(expectErrorRedirect(await authorize(changes))).toMatchObject({ error: 'invalid_request' });
  });

  it('other response types are not supported', async () => {
    const answer = expectErrorRedirect(await authorize({ response_type: 'token' }));
    expect(answer).toMatchObject({ error: 'unsupported_response_type' });
    expect(expectErrorRedirect(await authorize({ response_type: undefined }))).toMatchObject({
      error: 'invalid_request',
    });
  });

  it('a foreign resource is an invalid target', async () => {
    for (const resource of ['https://evil.example/mcp', 'nonsense', `${server.url}/other`]) {
      expect(expectErrorRedirect(await authorize({ resource }))).toMatchObject({ error: 'invalid_target' });
    }
  });

  it.each([
    'openid profile email',
    'offline_access',
    'admin root',
    'read,write',
    'notes:read,notes:write',
    '"notes:write"',
    'NOTES:WRITE',
    'toString __proto__ constructor',
    ' \t ',
    '\u200b\\é',
  ])('a client that asks for %j, which nobody has, gets the default scope', async (scope) => {
    const tokens = await signInForTokens(server.url, { client: native, parameters: { scope } });
    expect(tokens.scope).toBe('notes:read');
  });

  it('scopes that do not exist are left out of what the page offers and the token has', async () => {
    const parameters = { scope: 'openid notes:write offline_access admin notes:write' };
    const page = await new Browser(server.url).loginPage(
      authorizeUrl(server.url, native.client_id, challenge, parameters),
    );
    const text = await page.text();
    expect(text).toContain('Write and delete your notes');
    expect(text).not.toMatch(/Read your notes|openid|offline_access|admin/);
    expect((await signInForTokens(server.url, { client: native, parameters })).scope).toBe('notes:write');
  });

  it('a repeated client_id or redirect_uri gets a page', async () => {
    for (const name of ['client_id', 'redirect_uri']) {
      const url = authorizeUrl(server.url, native.client_id, challenge);
      url.searchParams.append(name, url.searchParams.get(name) ?? '');
      await expectPage(await fetch(url, { redirect: 'manual' }));
    }
  });

  it('any other repeated parameter is refused', async () => {
    const url = authorizeUrl(server.url, native.client_id, challenge);
    url.searchParams.append('scope', 'notes:read');
    url.searchParams.append('scope', 'notes:read');
    expect(expectErrorRedirect(await fetch(url, { redirect: 'manual' }))).toMatchObject({
      error: 'invalid_request',
    });
  });

  it.each([
    ['twice', ['/mcp', '/mcp']],
    ['in several spellings', ['/mcp', '/mcp/', '']],
    ['with an empty one', ['/mcp', null]],
    ['with spaces around it', ['/mcp ']],
    ['as both endpoints', ['/sse', '/mcp']],
  ])('the resource may come %s', async (_how, paths) => {
    const url = authorizeUrl(server.url, native.client_id, challenge);
    for (const path of paths)
      url.searchParams.append('resource', path === null ? '' : `${server.url}${path}`);
    const response = await fetch(url, { redirect: 'manual' });
    expect(response.headers.get('location')).toMatch(/^\/login\?request=/);
  });

  it('a foreign resource beside ours is an invalid target, whichever comes first', async () => {
    const ours = server.mcpUrl;
    const foreign = 'https://evil.example/mcp';
    for (const resources of [
      [ours, foreign],
      [foreign, ours],
      [ours, ours, `${ours}/x`],
    ]) {
      const url = authorizeUrl(server.url, native.client_id, challenge);
      for (const resource of resources) url.searchParams.append('resource', resource);
      expect(expectErrorRedirect(await fetch(url, { redirect: 'manual' }))).toMatchObject({
        error: 'invalid_target',
      });
    }
  });

  it('null bytes are refused', async () => {
    await expectPage(await authorize({ client_id: 'null\0byte' }));
    await expectPage(await authorize({ redirect_uri: `${CALLBACK}\0` }));
    expect(expectErrorRedirect(await authorize({ scope: 'notes:read\0' }))).toMatchObject({
      error: 'invalid_request',
    });
  });

  it.each([
    ['no scope and no resource', {}],
    ['empty parameters', { scope: '', resource: '', prompt: '' }],
    ['unknown parameters', { foo: 'bar', nonce: '1' }],
    ['a scope that exists beside one that does not', { scope: 'notes:read offline_access' }],
  ])('a request with %s is accepted', async (_name, changes) => {
    expect((await authorize(changes)).headers.get('location')).toMatch(/^\/login\?request=/);
  });

  it('the resource may be spelled in other ways', async () => {
    const spellings = [
      server.mcpUrl,
      `${server.mcpUrl}/`,
      server.mcpUrl.replace('http:', 'HTTP:').replace('localhost', 'LOCALHOST'),
      server.url,
    ];
    for (const resource of spellings) {
      expect((await authorize({ resource })).headers.get('location'), resource).toMatch(/^\/login\?request=/);
    }
  });

  it('a bad request of a website gets a page with a link, not a redirect', async () => {
    const page = await expectPage(
      await authorize({ redirect_uri: WEBSITE, response_type: 'token' }, website),
    );
    expect(page).toContain('Return to app.example');
    expect(page).toMatch(/href="https:\/\/app\.example\/callback\?error=unsupported_response_type/);
  });

  it('the redirect URI may be left out when there is only one', async () => {
    expect((await authorize({ redirect_uri: undefined })).headers.get('location')).toMatch(
      /^\/login\?request=/,
    );
    const two = await register(server.url, { redirect_uris: [CALLBACK, WEBSITE] });
    await expectPage(await authorize({ redirect_uri: undefined }, two));
  });

  it('limits requests from one address', async () => {
    const limited = await startFixture({ RATE_LIMIT_SCALE: '0.01' });
    const browser = new Browser(limited.url);
    const { client_id } = await register(limited.url);
    const url = authorizeUrl(limited.url, client_id, challenge);
    for (let index = 0; index < 3; index += 1) expect((await browser.get(url)).status).toBe(303);
    const response = await browser.get(url);
    expect(response.status).toBe(429);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    await limited.stop();
  });
});
