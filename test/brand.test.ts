import { expect, it } from 'vitest';
import { brand } from '../src/brand.js';
import { assertBrand } from '../src/platform/ui/assert-brand.js';

it('the brand is well formed and readable', () => {
  expect(() => assertBrand(brand)).not.toThrow();
});
