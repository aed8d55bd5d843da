import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { authorizeUrl, Browser, CALLBACK, pkce, type Registration, register } from '../../support/oauth.js';
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
    expect(page).toContain('not verified');
    expect(page).toContain('<strong>app.example</strong>');
    expect(page).toContain('See products, prices and your own orders');
    expect(page).toMatch(/<input type="checkbox" name="scope" value="orders:write" checked>/);
    expect(page).not.toContain('on your own computer');
  });

  it("L2: warns when the client is a program on the user's own computer", async () => {
    expect(await (await loginPage(start())).text()).toContain('a program on your own computer');
  });

  it('L3: an unknown user and a wrong password look the same; the user name is kept', async () => {
    const pages = [];
    for (const username of ['alice', 'nobody']) {
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
