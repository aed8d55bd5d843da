import { expect, it } from 'vitest';
import { validValues } from '../../src/tools/valid-values.js';

it('lists valid values, up to a limit', () => {
  const ids = Array.from({ length: 35 }, (_, index) => `p${index}`);
  expect(validValues(['a', 'b'], 'shop://pricing')).toBe('a, b');
  expect(validValues(ids.slice(0, 30), 'shop://pricing')).toMatch(/p28, p29$/);
  expect(validValues(ids, 'shop://pricing')).toMatch(/p28, p29 and 5 more, see shop:\/\/pricing$/);
});

it('says so when there are none', () => {
  expect(validValues([], 'shop://pricing')).toBe('none yet');
});
