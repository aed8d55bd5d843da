import { expect, it } from 'vitest';
import { hashesAtOnce } from '../../../../src/platform/oauth/sign-in/accounts.js';

it.each([
  [1, 1],
  [2, 1],
  [3, 2],
  [4, 3],
  [64, 3],
])('on a machine with %d cores, %d hashes may be computed at once', (cores, hashes) => {
  expect(hashesAtOnce(cores)).toBe(hashes);
});
