import { describe, expect, it } from 'vitest';
import { nowInSeconds } from '../../../src/platform/clock.js';
import { sha256 } from '../../../src/platform/digest.js';
import { connectStore } from '../../../src/platform/store/database.js';
import { startFixture } from '../../support/app/fixture.js';
import { freePort } from '../../support/app/port.js';
import { answerOf, authorizeUrl, Browser, CALLBACK, pkce, register } from '../../support/oauth/oauth.js';
import { useSignInPage } from '../../support/oauth/sign-in-page.js';

const visit = useSignInPage();
const { start } = visit;

describe('signing in on the page', () => {
  it('a form from another origin, or without the cookie, is refused', async () => {
    for (const headers of [
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { 'Sec-Fetch-Site': 'cross-site' },
    ]) {
      const response = await visit.browser.submit(await visit.browser.open(start()), headers);
      expect(response.status).toBe(403);
      expect(response.headers.get('location')).toBeNull();
    }
    const fields = await visit.browser.open(start());
    const stranger = new Browser(visit.server.url);
    expect((await stranger.submit(fields)).status).toBe(400);
    await stranger.open(start());
    expect((await stranger.submit(fields)).status).toBe(400);
  });

  it('a forged or used form is refused', async () => {
    const fields = await visit.browser.open(start());
    expect((await visit.browser.submit({ ...fields, request: 'x'.repeat(43) })).status).toBe(400);
    expect((await visit.browser.submit(fields)).status).toBe(303);
    expect((await visit.browser.submit(fields)).status).toBe(400);
  });

  it('of two equal forms sent at once, one gets a code', async () => {
    const fields = await visit.browser.open(start());
    const responses = await Promise.all([visit.browser.submit(fields), visit.browser.submit(fields)]);
    expect(responses.map(({ status }) => status).toSorted()).toEqual([303, 400]);
  });

  it('after ten minutes the form is refused', async () => {
    const fields = await visit.browser.open(start());
    const store = await connectStore(visit.server.databaseUrl);
    const { expires_at } = await store
      .selectFrom('authorization_requests')
      .select('expires_at')
      .where('id_hash', '=', sha256(fields['request'] ?? ''))
      .executeTakeFirstOrThrow();
    expect(expires_at - nowInSeconds()).toBeLessThanOrEqual(600);
    await store.updateTable('authorization_requests').set({ expires_at: nowInSeconds() }).execute();
    await store.destroy();
    expect((await visit.browser.submit(fields)).status).toBe(400);
  });

  it('Cancel sends access_denied with state and iss, without credentials', async () => {
    const { request = '' } = await visit.browser.open(start());
    const response = await visit.browser.submit({ request, decision: 'deny' });
    expect(response.status).toBe(303);
    expect(answerOf(response)).toMatchObject({
      error: 'access_denied',
      state: 'a state&=',
      iss: visit.server.url,
    });
  });

  it.each([
    ['none, as password managers send it', []],
    ['an empty one', ['']],
    ['another case', ['Allow']],
    ['a word that is not ours', ['cancel']],
    ['the same one twice', ['allow', 'allow']],
  ])('a form with a name and a password and this decision signs in: %s', async (_what, decisions) => {
    const form = new URLSearchParams(await visit.browser.open(start()));
    form.delete('decision');
    for (const decision of decisions) form.append('decision', decision);
    expect(answerOf(await visit.browser.submit(form))).toHaveProperty('code');
  });

  it.each([[['deny', 'allow']], [['allow', 'deny']]])('a no counts, also in %j', async (decisions) => {
    const form = new URLSearchParams(await visit.browser.open(start()));
    form.delete('decision');
    for (const decision of decisions) form.append('decision', decision);
    expect(answerOf(await visit.browser.submit(form))).toMatchObject({ error: 'access_denied' });
  });

  it('a form without a name or a password is no attempt, and no cancelling', async () => {
    const { decision: _button, ...fields } = await visit.browser.open(start());
    for (const missing of ['username', 'password']) {
      for (let index = 0; index < 10; index += 1) {
        const response = await visit.browser.submit({ ...fields, [missing]: '' });
        expect(response.status).toBe(400);
        expect(await response.text()).toContain('Enter your user name and your password.');
      }
    }
    expect(answerOf(await visit.browser.submit(fields))).toHaveProperty('code');
  });

  it('signing in sends code, state and iss once, by 303', async () => {
    const response = await visit.browser.submit(await visit.browser.open(start()));
    expect(response.status).toBe(303);
    const location = new URL(response.headers.get('location') ?? '');
    expect(`${location.origin}${location.pathname}`).toBe(CALLBACK);
    expect([...location.searchParams.keys()].toSorted()).toEqual(['code', 'iss', 'state']);
    expect(answerOf(response)).toMatchObject({ state: 'a state&=', iss: visit.server.url });
  });

  it('a query of the redirect URI is kept', async () => {
    const withQuery = await register(visit.server.url, { redirect_uris: [`${CALLBACK}?tenant=7`] });
    const fields = await visit.browser.open(start({ redirect_uri: `${CALLBACK}?tenant=7` }, withQuery));
    expect(answerOf(await visit.browser.submit(fields))).toMatchObject({
      tenant: '7',
      code: expect.any(String),
    });
  });

  it('a second sign-in in the same browser asks again', async () => {
    await visit.browser.submit(await visit.browser.open(start()));
    const page = await visit.browser.loginPage(start());
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('name="password"');
  });

  it('after repeated wrong passwords even the right one is 429, for this account only', async () => {
    const statuses = [];
    for (let index = 0; index < 12; index += 1) {
      statuses.push((await visit.browser.submit(await visit.browser.open(start(), 'bea', 'wrong'))).status);
    }
    expect(statuses).toEqual([...Array(8).fill(401), ...Array(4).fill(429)]);
    const blocked = await visit.browser.submit(
      await visit.browser.open(start(), 'bea', 'the password of bea'),
    );
    expect(blocked.status).toBe(429);
    expect(Number(blocked.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await visit.browser.submit(await visit.browser.open(start(), 'ann'))).status).toBe(303);
  });

  it('of 30 guesses at once, only 8 are checked', async () => {
    const guesses = await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const guesser = new Browser(visit.server.url);
        return { guesser, fields: await guesser.open(start(), 'carol', `guess ${index}`) };
      }),
    );
    const responses = await Promise.all(guesses.map(({ guesser, fields }) => guesser.submit(fields)));
    const statuses = responses.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([...Array(8).fill(401), ...Array(22).fill(429)]);
  });

  it('the cookie is for this host, this browser and ten minutes only', async () => {
    await visit.browser.get(start());
    expect(visit.browser.lastSetCookie).toMatch(
      /^mcp_login_[\w-]{12}=\d+\.[\w-]{43}; Max-Age=600; Path=\/; .*HttpOnly; SameSite=Lax$/,
    );
  });

  it('several tabs of one browser do not disturb each other', async () => {
    const [first, second] = [await visit.browser.open(start()), await visit.browser.open(start())];
    expect((await visit.browser.submit(second)).status).toBe(303);
    expect((await visit.browser.submit(first)).status).toBe(303);
  });

  it('case and outer spaces of user names are ignored', async () => {
    expect((await visit.browser.submit(await visit.browser.open(start(), ' Ann '))).status).toBe(303);
  });
});

it('behind https the cookie carries the __Host- prefix and is Secure', async () => {
  const port = String(await freePort());
  const secure = await startFixture({
    PUBLIC_URL: 'https://localhost:9443',
    DEMO_DATA: 'true',
    PORT: port,
  });
  const local = `http://localhost:${port}`;
  const { client_id } = await register(local);
  const visitor = new Browser(local);
  await visitor.get(authorizeUrl(local, client_id, pkce().challenge));
  expect(visitor.lastSetCookie).toMatch(/^__Host-mcp_login_[\w-]{12}=\d+\.[\w-]{43};.* Secure;/);
  await secure.stop();
});
