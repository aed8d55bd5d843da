import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/platform/oauth/random.js';
import { nowInSeconds, openStore } from '../../../src/platform/store/database.js';
import {
  authorizeUrl,
  Browser,
  CALLBACK,
  pkce,
  type Registration,
  register,
  tokenRequest,
} from '../../support/oauth.js';
import { freePort, startServer, type TestServer } from '../../support/server.js';

let server: TestServer;
let client: Registration;
let browser: Browser;
beforeAll(async () => {
  server = await startServer({ RATE_LIMIT_SCALE: '100' });
  client = await register(server.url);
});
afterAll(() => server.stop());
beforeEach(() => {
  browser = new Browser(server.url);
});

const { challenge } = pkce();
const start = (changes: Record<string, string> = {}, of = client) =>
  authorizeUrl(server.url, of.client_id, challenge, changes);
const answerOf = (response: Response) => {
  const location = new URL(response.headers.get('location') ?? 'about:blank');
  return Object.fromEntries(location.searchParams);
};

async function loginPage(target: URL): Promise<Response> {
  const redirect = await browser.get(target);
  return browser.get(new URL(redirect.headers.get('location') ?? '', server.url));
}

describe('the sign-in page (acceptance L1 to L10)', () => {
  it('L1: is not cached, not framed, loads nothing, and has no form-action', async () => {
    const { headers } = await loginPage(start());
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(policy).not.toContain('form-action');
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
  });

  it('L2: shows client name escaped and as unverified, where it leads, and what is asked for', async () => {
    const hostile = await register(server.url, {
      client_name: '<img src=x onerror=alert(1)>"\'',
      redirect_uris: ['https://app.example/callback'],
    });
    const target = start(
      { redirect_uri: 'https://app.example/callback', scope: 'read orders:write' },
      hostile,
    );
    const page = await (await loginPage(target)).text();
    expect(page).not.toContain('<img');
    expect(page).toContain('&#60;img src=x onerror=alert(1)&#62;&#34;&#39;');
    expect(page).toContain('nobody has verified it');
    expect(page).toContain('<strong>app.example</strong>');
    expect(page).toContain('See products, prices and your own orders');
    expect(page).toMatch(/<input type="checkbox" name="scope" value="orders:write" checked>/);
    expect(page).not.toContain('on your own device');
  });

  it.each([
    [CALLBACK, '127.0.0.1:7777'],
    ['com.example.app:/callback', 'com.example.app'],
    // Looks like a web address on purpose.
    ['https.evil.app://claude.ai/callback', 'https.evil.app'],
  ])('L2: for %s it names %s and warns of a program on the own device', async (redirectUri, shown) => {
    const native = await register(server.url, {
      client_name: 'Native',
      redirect_uris: ['https://app.example/callback', redirectUri],
    });
    const page = await (await loginPage(start({ redirect_uri: redirectUri }, native))).text();
    expect(page).toContain(`<strong>${shown}</strong>`);
    expect(page).toContain('a program on your own device');
  });

  it.each([
    ['\u202eevil\u200b', 'evil'],
    ['   ', 'An application'],
    ['W'.repeat(120), `${'W'.repeat(59)}…`],
  ])('L2: a name that would disturb the page is tamed (%#)', async (client_name, shown) => {
    const page = await (await loginPage(start({}, await register(server.url, { client_name })))).text();
    expect(page).toContain(`<h1>Sign in to connect <bdi>${shown}</bdi></h1>`);
  });

  it('L3: an unknown user and a wrong password look the same; the user name is kept', async () => {
    const pages = [];
    for (const username of ['alice', 'mallory']) {
      const fields = await browser.open(start(), username, 'wrong');
      const response = await browser.submit(fields);
      expect(response.status).toBe(401);
      const page = await response.text();
      expect(page).toContain(`value="${username}"`);
      expect(page).toContain('role="alert"');
      pages.push(page.replaceAll(username, 'NAME').replace(/value="[\w-]{43}"/, ''));
    }
    expect(pages[0]).toBe(pages[1]);
  });

  it('a declined optional scope stays declined after a wrong password, and is not granted', async () => {
    const target = start({ scope: 'read orders:write' });
    const { scope, ...declined } = await browser.open(target, 'alice', 'wrong');
    expect(scope).toBe('orders:write');
    const page = await (await browser.submit(declined)).text();
    expect(page).toMatch(/name="scope" value="orders:write" >/);
    const proof = pkce();
    const second = await browser.open(
      authorizeUrl(server.url, client.client_id, proof.challenge, { scope: 'read orders:write' }),
    );
    const { scope: _declined, ...fields } = second;
    const form = {
      grant_type: 'authorization_code',
      client_id: client.client_id,
      code: answerOf(await browser.submit(fields))['code'],
      code_verifier: proof.verifier,
    };
    expect(await (await tokenRequest(server.url, form)).json()).toMatchObject({ scope: 'read' });
  });

  it('a scope that is asked for alone is no box: it is allowed, or the whole is cancelled', async () => {
    const fields = await browser.open(start({ scope: 'orders:write' }));
    expect(fields).not.toHaveProperty('scope');
    expect(answerOf(await browser.submit(fields))).toHaveProperty('code');
  });

  it('a user who may allow nothing of what is asked is told so', async () => {
    const store = await openStore(server.databaseUrl);
    await store.updateTable('users').set({ scopes: 'read' }).where('username', '=', 'bob').execute();
    const response = await browser.submit(
      await browser.open(start({ scope: 'orders:write' }), 'bob', 'hunter2'),
    );
    await store
      .updateTable('users')
      .set({ scopes: 'read orders:write' })
      .where('username', '=', 'bob')
      .execute();
    await store.destroy();
    expect(response.status).toBe(403);
    expect(await response.text()).toContain(
      'This account may not allow any of what the application asks for.',
    );
  });

  it('a form that cannot be read is answered with a page', async () => {
    const tooLarge = await browser.submit({ ...(await browser.open(start())), username: 'x'.repeat(40_000) });
    expect(tooLarge.status).toBe(413);
    expect(tooLarge.headers.get('content-type')).toContain('text/html');
    expect(tooLarge.headers.get('x-frame-options')).toBe('DENY');
  });

  it('L4: a form from another origin, or without the cookie, is refused', async () => {
    for (const headers of [
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { 'Sec-Fetch-Site': 'cross-site' },
    ]) {
      const response = await browser.submit(await browser.open(start()), headers);
      expect(response.status).toBe(403);
      expect(response.headers.get('location')).toBeNull();
    }
    const fields = await browser.open(start());
    const stranger = new Browser(server.url);
    expect((await stranger.submit(fields)).status).toBe(400);
    await stranger.open(start());
    expect((await stranger.submit(fields)).status).toBe(400);
  });

  it('L5: a forged or used form is refused', async () => {
    const fields = await browser.open(start());
    expect((await browser.submit({ ...fields, request: 'x'.repeat(43) })).status).toBe(400);
    expect((await browser.submit(fields)).status).toBe(303);
    expect((await browser.submit(fields)).status).toBe(400);
  });

  it('L5: of two equal forms sent at once, one gets a code', async () => {
    const fields = await browser.open(start());
    const responses = await Promise.all([browser.submit(fields), browser.submit(fields)]);
    expect(responses.map(({ status }) => status).toSorted()).toEqual([303, 400]);
  });

  it('L5: after ten minutes the form is refused', async () => {
    const fields = await browser.open(start());
    const store = await openStore(server.databaseUrl);
    const { expires_at } = await store
      .selectFrom('authorization_requests')
      .select('expires_at')
      .where('id_hash', '=', sha256(fields['request'] ?? ''))
      .executeTakeFirstOrThrow();
    expect(expires_at - nowInSeconds()).toBeLessThanOrEqual(600);
    await store.updateTable('authorization_requests').set({ expires_at: nowInSeconds() }).execute();
    await store.destroy();
    expect((await browser.submit(fields)).status).toBe(400);
  });

  it('L6: Cancel sends access_denied with state and iss, without credentials', async () => {
    const { request = '' } = await browser.open(start());
    const response = await browser.submit({ request, decision: 'deny' });
    expect(response.status).toBe(303);
    expect(answerOf(response)).toMatchObject({ error: 'access_denied', state: 'a state&=', iss: server.url });
  });

  it('L7: signing in sends code, state and iss once, by 303', async () => {
    const response = await browser.submit(await browser.open(start()));
    expect(response.status).toBe(303);
    const location = new URL(response.headers.get('location') ?? '');
    expect(`${location.origin}${location.pathname}`).toBe(CALLBACK);
    expect([...location.searchParams.keys()].toSorted()).toEqual(['code', 'iss', 'state']);
    expect(answerOf(response)).toMatchObject({ state: 'a state&=', iss: server.url });
  });

  it('L7: a query of the redirect URI is kept', async () => {
    const withQuery = await register(server.url, { redirect_uris: [`${CALLBACK}?tenant=7`] });
    const fields = await browser.open(start({ redirect_uri: `${CALLBACK}?tenant=7` }, withQuery));
    expect(answerOf(await browser.submit(fields))).toMatchObject({ tenant: '7', code: expect.any(String) });
  });

  it('L8: a second sign-in in the same browser asks again', async () => {
    await browser.submit(await browser.open(start()));
    const page = await loginPage(start());
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('name="password"');
  });

  it('L9: after repeated wrong passwords even the right one is 429, for this account only', async () => {
    const statuses = [];
    for (let index = 0; index < 12; index += 1) {
      statuses.push((await browser.submit(await browser.open(start(), 'bob', 'wrong'))).status);
    }
    expect(statuses).toEqual([...Array(8).fill(401), ...Array(4).fill(429)]);
    const blocked = await browser.submit(await browser.open(start(), 'bob', 'hunter2'));
    expect(blocked.status).toBe(429);
    expect(Number(blocked.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await browser.submit(await browser.open(start(), 'alice'))).status).toBe(303);
  });

  it('L9: of 30 guesses at once 8 are looked at', async () => {
    const guesses = await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const guesser = new Browser(server.url);
        return { guesser, fields: await guesser.open(start(), 'carol', `guess ${index}`) };
      }),
    );
    const responses = await Promise.all(guesses.map(({ guesser, fields }) => guesser.submit(fields)));
    const statuses = responses.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([...Array(8).fill(401), ...Array(22).fill(429)]);
  });

  it('L10: the cookie is for this host, this browser and ten minutes only', async () => {
    await browser.get(start());
    expect(browser.lastSetCookie).toMatch(
      /^mcp_login=[\w-]{43}; Max-Age=600; Path=\/; .*HttpOnly; SameSite=Lax$/,
    );
  });

  it('several tabs of one browser do not disturb each other', async () => {
    const [first, second] = [await browser.open(start()), await browser.open(start())];
    expect((await browser.submit(second)).status).toBe(303);
    expect((await browser.submit(first)).status).toBe(303);
  });

  it('user names are taken without case and outer spaces', async () => {
    expect((await browser.submit(await browser.open(start(), ' Alice '))).status).toBe(303);
  });

  it('a password of more than 72 bytes is refused even when it begins with the right one', async () => {
    const fields = await browser.open(start(), 'alice', `password123${'x'.repeat(80)}`);
    expect((await browser.submit(fields)).status).toBe(401);
  });
});

it('behind https the cookie carries the __Host- prefix and is Secure', async () => {
  const port = String(await freePort());
  const secure = await startServer({
    PUBLIC_URL: 'https://localhost:9443',
    DEMO_DATA: 'true',
    PORT: port,
  });
  const local = `http://localhost:${port}`;
  const { client_id } = await register(local);
  const visitor = new Browser(local);
  await visitor.get(authorizeUrl(local, client_id, challenge));
  expect(visitor.lastSetCookie).toMatch(/^__Host-mcp_login=[\w-]{43};.* Secure;/);
  await secure.stop();
});
