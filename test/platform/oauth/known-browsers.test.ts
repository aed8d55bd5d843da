import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLimits } from '../../../src/platform/oauth/common/limits.js';
import { answerOf, Browser } from '../../support/oauth/oauth.js';
import { useSignInPage } from '../../support/oauth/sign-in-page.js';

const visit = useSignInPage();
const { start } = visit;
beforeEach(() => visit.server.store.deleteFrom('rate_limits').execute());
const attempt = async (browser: Browser, username: string, password: string) =>
  browser.submit(await browser.open(start(), username, password));
const right = (username: string) => `the password of ${username}`;
const known = (browser: Browser) => [...browser.cookies].filter(([name]) => name.startsWith('mcp_known_'));

/** Counts as strangers do who guess until the account is locked for everybody. */
async function lock(username: string): Promise<void> {
  const limits = createLimits(visit.server.store, 1);
  for (let guess = 0; guess < 48; guess += 1) await limits.countLogin(`10.9.${guess % 6}.1`, username);
}

describe('an account that strangers have locked by guessing', () => {
  it('opens for its owner in a browser that has signed in before, under any spelling of the name', async () => {
    await attempt(visit.browser, 'ann', right('ann'));
    await lock('ann');
    expect((await attempt(new Browser(visit.server.url), 'ann', right('ann'))).status).toBe(429);
    for (const name of ['ann', 'ANN', 'ａｎｎ']) {
      expect(answerOf(await attempt(visit.browser, name, right('ann')))).toHaveProperty('code');
    }
    expect((await attempt(new Browser(visit.server.url), 'ann', right('ann'))).status).toBe(429);
  });

  it('lets eight guesses through in that browser, and not one more', async () => {
    const statuses = [];
    await attempt(visit.browser, 'ann', right('ann'));
    for (let index = 0; index < 10; index += 1) {
      statuses.push((await attempt(visit.browser, 'ann', 'wrong')).status);
    }
    expect(statuses).toEqual([...Array(8).fill(401), 429, 429]);
    expect((await attempt(visit.browser, 'ann', right('ann'))).status).toBe(429);
  });

  it('stays open to its owner while somebody guesses with a copy of an older cookie', async () => {
    const thief = new Browser(visit.server.url);
    await attempt(visit.browser, 'ann', right('ann'));
    for (const [name, value] of known(visit.browser)) thief.cookies.set(name, value);
    await attempt(visit.browser, 'ann', right('ann'));
    await lock('ann');
    const statuses = [];
    for (let index = 0; index < 9; index += 1) statuses.push((await attempt(thief, 'ann', 'wrong')).status);
    expect(statuses).toEqual([...Array(8).fill(401), 429]);
    expect(answerOf(await attempt(visit.browser, 'ann', right('ann')))).toHaveProperty('code');
  });
});

describe('the cookie of a known browser', () => {
  it('is for the sign-in page only, and names nobody', async () => {
    const response = await attempt(visit.browser, 'bea', right('bea'));
    const cookie = response.headers.getSetCookie().find((line) => line.startsWith('mcp_known_')) ?? '';
    expect(cookie).toMatch(
      /^mcp_known_[\w-]{12}=\d+\.[\w-]{43}\.[\w-]{43}; Max-Age=15552000; Path=\/login; .*HttpOnly; SameSite=Strict$/,
    );
    expect(cookie).not.toContain('bea');
  });

  it('is given for the right password alone, and opens nothing without one', async () => {
    await attempt(visit.browser, 'bea', 'wrong');
    expect(known(visit.browser)).toEqual([]);
    await attempt(visit.browser, 'bea', right('bea'));
    expect(known(visit.browser)).toHaveLength(1);
    expect((await attempt(visit.browser, 'bea', 'wrong')).status).toBe(401);
  });

  it('is of no use for another user, or when changed', async () => {
    await attempt(visit.browser, 'ann', right('ann'));
    await attempt(visit.browser, 'bea', right('bea'));
    await lock('bea');
    const [ann, bea] = known(visit.browser) as [[string, string], [string, string]];
    const [madeAt = '', id = '', signature = ''] = bea[1].split('.');
    for (const value of [
      ann[1],
      `${madeAt}.${id}.${'A'.repeat(43)}`,
      `${madeAt}.${'A'.repeat(43)}.${signature}`,
      `${Number(madeAt) + 1}.${id}.${signature}`,
      `${madeAt}.${id}`,
      'x',
    ]) {
      visit.browser.cookies.set(bea[0], value);
      expect((await attempt(visit.browser, 'bea', right('bea'))).status, value).toBe(429);
    }
    visit.browser.cookies.set(...bea);
    expect((await attempt(visit.browser, 'bea', right('bea'))).status).toBe(303);
  });

  it('no longer counts half a year after the last sign-in', async () => {
    onTestFinished(() => void vi.useRealTimers());
    await attempt(visit.browser, 'ann', right('ann'));
    const later = (days: number) =>
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * 24 * 3600 * 1000 });
    const copy = known(visit.browser);
    later(179);
    await lock('ann');
    expect((await attempt(visit.browser, 'ann', right('ann'))).status).toBe(303);
    later(2);
    await lock('ann');
    for (const [name, value] of copy) visit.browser.cookies.set(name, value);
    expect((await attempt(visit.browser, 'ann', right('ann'))).status).toBe(429);
  });
});
