import { expect, it } from 'vitest';
import { brand } from '../src/brand.js';
import { assertBrand } from '../src/platform/ui/assert-brand.js';

it('the brand of this server is right', () => {
  expect(() => assertBrand(brand)).not.toThrow();
});
