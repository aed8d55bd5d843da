import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLimits } from '../../../../src/platform/oauth/common/limits.js';
import type { Store } from '../../../../src/platform/store/database.js';
import { openTestStore } from '../../../support/app/database.js';

let store: Store;
beforeEach(async () => {
  store = await openTestStore();
});
afterEach(() => store.destroy());

/** Counts how many of these simultaneous attempts are allowed. */
async function allowed(attempts: Promise<number>[]): Promise<number> {
  return (await Promise.all(attempts)).filter((wait) => wait === 0).length;
}
const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));

describe('attempts to sign in', () => {
  it('are limited to 8 for one account from one address, even at once', async () => {
    const limits = createLimits(store, 1);
    expect(await allowed(times(30, () => limits.countLogin('10.0.0.1', 'ann')))).toBe(8);
    expect(await limits.countLogin('10.0.0.1', ' ANN ')).toBeGreaterThan(800);
    expect(await limits.countLogin('10.0.0.1', 'bea')).toBe(0);
    expect(await limits.countLogin('10.0.0.2', 'ann')).toBe(0);
  });

  it('are counted together for every spelling of one name', async () => {
    const limits = createLimits(store, 1);
    const names = ['ann', 'ANN', 'ａｎｎ', 'ａnn', 'aｎn', ' ann', 'a\u200bnn', 'An\u00adn', 'anN', 'ＡＮＮ'];
    expect(await allowed(names.map((name) => limits.countLogin('10.0.0.1', name)))).toBe(8);
  });

  it('are counted apart, and limited to 8, in a browser that the user has signed in with', async () => {
    const limits = createLimits(store, 1);
    await Promise.all(times(60, (index) => limits.countLogin(`10.0.1.${index}`, 'ann')));
    expect(await allowed(times(20, () => limits.countLogin('10.0.0.1', 'ann', 'laptop')))).toBe(8);
    expect(await limits.countLogin('10.0.0.1', 'ann', 'phone')).toBe(0);
    await limits.clearLogins('10.0.0.1', 'ann', 'laptop');
    expect(await limits.countLogin('10.0.9.9', 'ann', 'laptop')).toBe(0);
    expect(await limits.countLogin('10.0.9.9', 'ann')).toBeGreaterThan(0);
  });

  it('are limited to 40 for one account from everywhere, whatever the scale', async () => {
    const limits = createLimits(store, 100);
    expect(await allowed(times(60, (index) => limits.countLogin(`10.0.1.${index}`, 'ann')))).toBe(40);
    expect(await limits.countLogin('10.0.2.1', 'ann')).toBeGreaterThan(3500);
  });

  it('are limited to 100 from one address, times the scale', async () => {
    const guess = (scale: number, address: string) =>
      allowed(times(250, (index) => createLimits(store, scale).countLogin(address, `user-${index}`)));
    expect(await guess(1, '10.0.0.1')).toBe(100);
    expect(await guess(2, '10.0.0.2')).toBe(200);
  });

  it('do not count when refused, so that nobody can keep an account locked', async () => {
    const limits = createLimits(store, 1);
    for (const _attempt of times(60, () => 0)) await limits.countLogin('10.0.0.1', 'ann');
    expect(await allowed(times(40, (index) => limits.countLogin(`10.0.1.${index}`, 'ann')))).toBe(32);
  });

  it('with the right password do not count, and clear the failures of this address', async () => {
    const limits = createLimits(store, 1);
    for (const _attempt of times(8, () => 0)) await limits.countLogin('10.0.0.1', 'ann');
    await limits.refundLogin('10.0.0.1', 'ann');
    expect(await limits.countLogin('10.0.0.1', 'ann')).toBe(0);
    await limits.clearLogins('10.0.0.1', 'ann');
    expect(await allowed(times(9, () => limits.countLogin('10.0.0.1', 'ann')))).toBe(8);
    expect((await store.selectFrom('rate_limits').select('hits').execute()).map(({ hits }) => hits)).toEqual(
      expect.arrayContaining([8, 15]),
    );
  });

  it('are allowed again once the window has passed', async () => {
    const limits = createLimits(store, 1);
    await Promise.all(times(9, () => limits.countLogin('10.0.0.1', 'ann')));
    await store.updateTable('rate_limits').set({ resets_at: 1 }).execute();
    expect(await limits.countLogin('10.0.0.1', 'ann')).toBe(0);
  });
});

describe('requests from one address', () => {
  it.each([
    ['register', 30],
    ['clientDocument', 60],
    ['authorize', 300],
    ['token', 600],
  ] as const)('%s: %d, then 429 with Retry-After', async (kind, max) => {
    const limits = createLimits(store, 1);
    await Promise.all(times(max, () => limits.countRequest(kind, '10.0.0.1')));
    await expect(limits.countRequest(kind, '10.0.0.1')).rejects.toMatchObject({
      status: 429,
      headers: { 'Retry-After': expect.stringMatching(/^\d+$/) },
    });
    await limits.countRequest(kind, '10.0.0.2');
  });
});

describe('a refused address', () => {
  it('costs the database nothing until its window has passed', async () => {
    const limits = createLimits(store, 0.01);
    await Promise.all(times(6, () => limits.countRequest('token', '10.0.0.1')));
    await expect(limits.countRequest('token', '10.0.0.1')).rejects.toMatchObject({ status: 429 });
    await store.updateTable('rate_limits').set({ hits: 0 }).execute();
    for (const _again of times(5, () => 0)) {
      await expect(limits.countRequest('token', '10.0.0.1')).rejects.toMatchObject({
        status: 429,
        headers: { 'Retry-After': expect.stringMatching(/^([1-9]|[1-5]\d|60)$/) },
      });
    }
    const { hits } = await store.selectFrom('rate_limits').select('hits').executeTakeFirstOrThrow();
    expect(hits).toBe(0);
    await limits.countRequest('token', '10.0.0.2');
    await limits.countRequest('authorize', '10.0.0.1');
  });

  it('is let in again as soon as the window has passed', async () => {
    const limits = createLimits(store, 0.001);
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    await limits.countRequest('token', '10.0.0.1');
    await expect(limits.countRequest('token', '10.0.0.1')).rejects.toMatchObject({ status: 429 });
    vi.advanceTimersByTime(59_000);
    await expect(limits.countRequest('token', '10.0.0.1')).rejects.toMatchObject({ status: 429 });
    vi.advanceTimersByTime(1000);
    await limits.countRequest('token', '10.0.0.1');
  });
});

describe('registrations from one network', () => {
  it.each([
    ['an IPv6 /56', 60, (index: number) => `2001:db8:1:2${(index % 256).toString(16).padStart(2, '0')}::1`],
    ['an IPv6 /48', 120, (index: number) => `2001:db8:1:${index.toString(16)}00::1`],
    ['an IPv4 /24', 300, (index: number) => `::ffff:10.0.0.${index % 256}`],
  ])('%s: %d in an hour, whichever addresses they come from', async (_what, max, address) => {
    const limits = createLimits(store, 1);
    await Promise.all(times(max, (index) => limits.countRequest('register', address(index))));
    await expect(limits.countRequest('register', address(200))).rejects.toMatchObject({ status: 429 });
    await limits.countRequest('register', '2001:db8:2::1');
    await limits.countRequest('register', '10.0.1.1');
  });

  it('grow with the scale, and those refused to one address use up nothing of the others', async () => {
    const limits = createLimits(store, 2);
    const refused = times(500, () =>
      limits.countRequest('register', '2001:db8:1:1::1').catch(() => 'refused'),
    );
    expect((await Promise.all(refused)).filter(Boolean)).toHaveLength(440);
    await Promise.all(times(60, () => limits.countRequest('register', '2001:db8:1:2::1')));
    await expect(limits.countRequest('register', '2001:db8:1:3::1')).rejects.toMatchObject({ status: 429 });
  });
});
