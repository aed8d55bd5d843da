import { describe, expect, it } from 'vitest';
import { connectStore } from '../../../src/platform/store/database.js';
import { answerOf, authorizeUrl, CALLBACK, pkce, register, tokenRequest } from '../../support/oauth/oauth.js';
import { useSignInPage } from '../../support/oauth/sign-in-page.js';

const visit = useSignInPage();
const { start } = visit;

describe('the sign-in page', () => {
  it('is not cached, not framed, loads nothing, and has no form-action', async () => {
    const { headers } = await visit.browser.loginPage(start());
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

  it('shows client name escaped and as unverified, where it leads, and what is asked for', async () => {
    const hostile = await register(visit.server.url, {
      client_name: '<img src=x onerror=alert(1)>"\'',
      redirect_uris: ['https://app.example/callback'],
    });
    const target = start(
      { redirect_uri: 'https://app.example/callback', scope: 'notes:read notes:write' },
      hostile,
    );
    const page = await (await visit.browser.loginPage(target)).text();
    expect(page).not.toContain('<img');
    expect(page).toContain('&#60;img src=x onerror=alert(1)&#62;&#34;&#39;');
    expect(page).toContain('nobody has verified it');
    expect(page).toContain('<strong>app.example</strong>');
    expect(page).toContain('Read your notes');
    expect(page).toMatch(/<input type="checkbox" name="scope" value="notes:write" checked>/);
    expect(page).not.toContain('on your own device');
  });

  it.each([
    [CALLBACK, '127.0.0.1:7777'],
    ['com.example.app:/callback', 'com.example.app'],
    // Looks like a web address on purpose.
    ['https.evil.app://claude.ai/callback', 'https.evil.app'],
  ])("for %s names %s and warns of a program on the user's own device", async (redirectUri, shown) => {
    const native = await register(visit.server.url, {
      client_name: 'Native',
      redirect_uris: ['https://app.example/callback', redirectUri],
    });
    const page = await (await visit.browser.loginPage(start({ redirect_uri: redirectUri }, native))).text();
    expect(page).toContain(`<strong>${shown}</strong>`);
    expect(page).toContain('a program on your own device');
  });

  it.each([
    ['\u202eevil\u200b', 'evil'],
    ['   ', 'An application'],
    ['W'.repeat(120), `${'W'.repeat(59)}…`],
  ])('a name that would disturb the page is cleaned (%#)', async (client_name, shown) => {
    const page = await (
      await visit.browser.loginPage(start({}, await register(visit.server.url, { client_name })))
    ).text();
    expect(page).toContain(`<h1>Sign in to connect <bdi>${shown}</bdi></h1>`);
  });

  it('an unknown user and a wrong password look the same; the user name is kept', async () => {
    const pages = [];
    for (const username of ['ann', 'mallory']) {
      const fields = await visit.browser.open(start(), username, 'wrong');
      const response = await visit.browser.submit(fields);
      expect(response.status).toBe(401);
      const page = await response.text();
      expect(page).toContain(`value="${username}"`);
      expect(page).toContain('role="alert"');
      pages.push(page.replaceAll(username, 'NAME').replace(/value="[\w-]{43}"/, ''));
    }
    expect(pages[0]).toBe(pages[1]);
  });

  it('a declined optional scope stays declined after a wrong password, and is not granted', async () => {
    const target = start({ scope: 'notes:read notes:write' });
    const { scope, ...declined } = await visit.browser.open(target, 'ann', 'wrong');
    expect(scope).toBe('notes:write');
    const page = await (await visit.browser.submit(declined)).text();
    expect(page).toMatch(/name="scope" value="notes:write" >/);
    const proof = pkce();
    const second = await visit.browser.open(
      authorizeUrl(visit.server.url, visit.client.client_id, proof.challenge, {
        scope: 'notes:read notes:write',
      }),
    );
    const { scope: _declined, ...fields } = second;
    const form = {
      grant_type: 'authorization_code',
      client_id: visit.client.client_id,
      code: answerOf(await visit.browser.submit(fields))['code'],
      code_verifier: proof.verifier,
    };
    expect(await (await tokenRequest(visit.server.url, form)).json()).toMatchObject({ scope: 'notes:read' });
  });

  it('a single requested scope has no box: the user allows it or cancels', async () => {
    const fields = await visit.browser.open(start({ scope: 'notes:write' }));
    expect(fields).not.toHaveProperty('scope');
    expect(answerOf(await visit.browser.submit(fields))).toHaveProperty('code');
  });

  it('a user who may allow none of the requested scopes is told so', async () => {
    const store = await connectStore(visit.server.databaseUrl);
    await store.updateTable('people').set({ scopes: 'notes:read' }).where('username', '=', 'bea').execute();
    const response = await visit.browser.submit(
      await visit.browser.open(start({ scope: 'notes:write' }), 'bea', 'the password of bea'),
    );
    await store
      .updateTable('people')
      .set({ scopes: 'notes:read notes:write' })
      .where('username', '=', 'bea')
      .execute();
    await store.destroy();
    expect(response.status).toBe(403);
    expect(await response.text()).toContain(
      'This account may not allow any of what the application asks for.',
    );
  });

  it.each([
    ['ann', 'ann'],
    ['Ann <ann@example.com>"', 'Ann &#60;ann@example.com&#62;&#34;'],
    ['x'.repeat(101), ''],
    ['', ''],
  ])('the login_hint %j fills the name in, escaped and no longer than a name', async (login_hint, shown) => {
    const page = await (await visit.browser.loginPage(start({ login_hint }))).text();
    expect(page).toContain(`name="username" value="${shown}"`);
  });

  it('after a wrong password the typed name counts, not the login_hint', async () => {
    const fields = await visit.browser.open(start({ login_hint: 'bea' }), 'ann', 'wrong');
    expect(await (await visit.browser.submit(fields)).text()).toContain('name="username" value="ann"');
  });

  it.each([
    [
      'an unknown client',
      () => start({ client_id: 'nobody' }),
      /go back to the application, remove .* and add it again/i,
    ],
    [
      'an expired request',
      () => `${visit.server.url}/login?request=${'x'.repeat(43)}`,
      /go back to it and connect again/,
    ],
    ['a page without a request', () => `${visit.server.url}/login`, /go back to it and connect again/],
  ])('the page for %s says what to do next', async (_what, target, advice) => {
    const response = await visit.browser.get(target());
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(advice);
  });

  it('no page cuts a popup off from the client that opened it', async () => {
    const { url } = visit.server;
    const answers = [
      await visit.browser.loginPage(start()),
      await visit.browser.get(start()),
      await visit.browser.get(start({ client_id: 'nobody' })),
      await visit.browser.get(`${url}/login`),
      await visit.browser.get(`${url}/`),
      await visit.browser.get(`${url}/nowhere`),
      await visit.browser.submit(await visit.browser.open(start())),
    ];
    for (const { headers } of answers) expect(headers.get('cross-origin-opener-policy')).toBeNull();
  });

  it('a form that cannot be read is answered with a page', async () => {
    const tooLarge = await visit.browser.submit({
      ...(await visit.browser.open(start())),
      username: 'x'.repeat(40_000),
    });
    expect(tooLarge.status).toBe(413);
    expect(tooLarge.headers.get('content-type')).toContain('text/html');
    expect(tooLarge.headers.get('x-frame-options')).toBe('DENY');
  });
});
