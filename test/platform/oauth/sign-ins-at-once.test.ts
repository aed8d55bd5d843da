import { describe, expect, it } from 'vitest';
import { answerOf, Browser } from '../../support/oauth/oauth.js';
import { useSignInPage } from '../../support/oauth/sign-in-page.js';

const visit = useSignInPage();
const { start } = visit;
const cookies = () => [...visit.browser.cookies.keys()].filter((name) => name.startsWith('mcp_login_'));
/** Begins sign-ins before the browser has the cookie of any. @returns the addresses of their pages */
const begin = async (count: number) => {
  const responses = await Promise.all(Array.from({ length: count }, () => visit.browser.get(start())));
  return responses.map((response) => new URL(response.headers.get('location') ?? '', visit.server.url));
};
const submit = (page: URL, decision = 'allow') =>
  visit.browser.submit({
    request: page.searchParams.get('request') ?? '',
    username: 'ann',
    password: 'the password of ann',
    decision,
  });

describe('sign-ins that one browser begins at the same moment', () => {
  it('all finish, in the opposite order', async () => {
    const pages = await begin(8);
    expect(cookies()).toHaveLength(8);
    for (const page of pages.toReversed()) expect(answerOf(await submit(page))).toHaveProperty('code');
    expect(cookies()).toEqual([]);
  });

  it('are decided one by one, and a page may be loaded again', async () => {
    const [first, second, third] = (await begin(3)) as [URL, URL, URL];
    expect(answerOf(await submit(second, 'deny'))).toMatchObject({ error: 'access_denied' });
    for (const page of [first, third, first]) expect((await visit.browser.get(page)).status).toBe(200);
    expect((await visit.browser.get(second)).status).toBe(400);
    expect(answerOf(await submit(first))).toHaveProperty('code');
    expect(answerOf(await submit(third))).toHaveProperty('code');
  });

  it('of more than ten, the oldest end, so that headers stay small', async () => {
    const pages = [];
    for (let index = 0; index < 25; index += 1) pages.push(...(await begin(1)));
    expect(cookies()).toHaveLength(10);
    const sent = [...visit.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    expect(sent.length).toBeLessThan(1000);
    const statuses = [];
    for (const page of pages) statuses.push((await visit.browser.get(page)).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    expect(statuses.at(-1)).toBe(200);
  });

  it('begun 40 at once, they leave ten after the next', async () => {
    await begin(40);
    await begin(1);
    expect(cookies()).toHaveLength(10);
  });
});

it('the cookie of one request opens no other', async () => {
  const [mine] = (await begin(1)) as [URL];
  const stranger = new Browser(visit.server.url);
  await stranger.get(start());
  // Under the right name, too.
  const [[name] = ['']] = visit.browser.cookies;
  for (const value of stranger.cookies.values()) stranger.cookies.set(name, value);
  const response = await stranger.get(mine);
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('did not send the cookie of this sign-in');
});

it('a browser that sends no cookie is told that it may block them, and the log names the cause', async () => {
  const [page] = (await begin(1)) as [URL];
  const blocking = new Browser(visit.server.url);
  for (const response of [
    await blocking.get(page),
    await blocking.submit({
      request: page.searchParams.get('request') ?? '',
      username: 'ann',
      password: 'x',
    }),
  ]) {
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('If it blocks cookies, allow them for this address.');
    const requestId = response.headers.get('x-request-id');
    const line = visit.server.logs.find((entry) => entry['requestId'] === requestId && 'detail' in entry);
    expect(line?.['detail']).toContain('the browser sent none at all');
  }
});

it.each(['image', 'iframe', 'empty', 'script', 'object'])(
  'what a page loads as %s begins no sign-in',
  async (destination) => {
    const count = async () =>
      (await visit.server.store.selectFrom('authorization_requests').selectAll().execute()).length;
    const before = await count();
    const response = await fetch(start(), {
      redirect: 'manual',
      headers: { 'Sec-Fetch-Dest': destination, 'Sec-Fetch-Site': 'same-site' },
    });
    expect(response.status).toBe(403);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await count()).toBe(before);
  },
);

it('a link in a tab begins one, from whatever site', async () => {
  const headers = { 'Sec-Fetch-Dest': 'document', 'Sec-Fetch-Site': 'cross-site' };
  expect((await fetch(start(), { redirect: 'manual', headers })).status).toBe(303);
});
