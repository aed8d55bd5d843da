import { setMaxListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  createPasswordChecks,
  LeftError,
  TooManySignInsError,
} from '../../../../src/platform/oauth/sign-in/password-checks.js';

const nobodyLeaves = new AbortController().signal;
setMaxListeners(0, nobodyLeaves);

/** Resolves once everything that can begin has begun. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Makes checks that run until they are told to finish. */
function heldChecks(atOnce?: number) {
  const passwordChecks = createPasswordChecks(atOnce);
  const begun: string[] = [];
  const finishing: (() => void)[] = [];
  let running = 0;
  let most = 0;
  return {
    begun,
    most: () => most,
    check: (name: string, left = nobodyLeaves) =>
      passwordChecks(async () => {
        begun.push(name);
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((resolve) => finishing.push(resolve));
        running -= 1;
        return name;
      }, left),
    async finish(count = 1) {
      for (let index = 0; index < count; index += 1) {
        await settled();
        finishing.shift()?.();
      }
    },
  };
}

const named = (count: number) => Array.from({ length: count }, (_, index) => `user ${index}`);

describe('passwords', () => {
  it.each([1, 2, 7])(
    'are checked %d at a time where the accounts say so, in the order in which they came',
    async (atOnce) => {
      const checks = heldChecks(atOnce);
      const answers = Promise.all(named(20).map((name) => checks.check(name)));
      await settled();
      expect(checks.begun).toEqual(named(atOnce));
      await checks.finish(20);
      expect(await answers).toEqual(named(20));
      expect(checks.begun).toEqual(named(20));
      expect(checks.most()).toBe(atOnce);
    },
  );

  it('are checked three at a time otherwise; sixty wait, and more are refused', async () => {
    const checks = heldChecks();
    const accepted = Promise.all(named(63).map((name) => checks.check(name)));
    await expect(checks.check('one too many')).rejects.toThrow(TooManySignInsError);
    await checks.finish(63);
    await accepted;
    expect(checks.most()).toBe(3);
    const next = checks.check('afterwards');
    await checks.finish();
    expect(await next).toBe('afterwards');
  });

  it('of those who left are not checked, and their places are free at once', async () => {
    const checks = heldChecks(1);
    const leaving = new AbortController();
    const first = checks.check('first');
    setMaxListeners(0, leaving.signal);
    const left = named(60).map((name) => checks.check(name, leaving.signal));
    await expect(checks.check('one too many')).rejects.toThrow(TooManySignInsError);
    leaving.abort();
    for (const each of left) await expect(each).rejects.toThrow(LeftError);
    await expect(checks.check('gone before', leaving.signal)).rejects.toThrow(LeftError);
    const stayed = Promise.all(named(60).map((name) => checks.check(name)));
    await checks.finish(61);
    expect(await first).toBe('first');
    expect(await stayed).toEqual(named(60));
    expect(checks.begun).toEqual(['first', ...named(60)]);
  });

  it('are checked to the end when someone leaves meanwhile, and the next takes the place only then', async () => {
    const checks = heldChecks(1);
    const leaving = new AbortController();
    const first = checks.check('first', leaving.signal);
    const second = checks.check('second');
    await settled();
    leaving.abort();
    await settled();
    expect(checks.begun).toEqual(['first']);
    await checks.finish(2);
    expect([await first, await second]).toEqual(['first', 'second']);
  });

  it('that cannot be checked free their place, too', async () => {
    const passwordChecks = createPasswordChecks(1);
    const fail = () => passwordChecks(() => Promise.reject(new Error('down')), nobodyLeaves);
    const failed = Promise.allSettled([fail(), fail()]);
    expect(await passwordChecks(async () => 'checked', nobodyLeaves)).toBe('checked');
    expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
