import { expect, it } from 'vitest';
import {
  createPasswordChecks,
  TooManySignInsError,
} from '../../../../src/platform/oauth/sign-in/password-checks.js';

it('runs three at once, lets sixty wait, and refuses more', async () => {
  const passwordChecks = createPasswordChecks();
  let running = 0;
  let most = 0;
  const finish: (() => void)[] = [];
  const check = () =>
    passwordChecks(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => finish.push(resolve));
      running -= 1;
      return true;
    });
  const accepted = Array.from({ length: 63 }, check);
  await expect(check()).rejects.toThrow(TooManySignInsError);
  expect(finish).toHaveLength(3);
  let answered = 0;
  const all = Promise.all(
    accepted.map((answer) =>
      answer.then(() => {
        answered += 1;
      }),
    ),
  );
  while (answered < 63) {
    finish.shift()?.();
    await new Promise(setImmediate);
  }
  await all;
  expect(most).toBe(3);
  const next = check();
  finish.shift()?.();
  expect(await next).toBe(true);
});
