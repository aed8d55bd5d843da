import { expect, it } from 'vitest';
import { formatPrice } from '../../src/shop/products.js';

it.each([
  [18900, 'EUR', '189.00 EUR'],
  [5, 'USD', '0.05 USD'],
  [18900, 'JPY', '18900 JPY'],
  [18900, 'KWD', '18.900 KWD'],
  [18900, 'points', '189.00 points'],
])('shows %i of %s as %s', (price_minor, currency, shown) => {
  expect(formatPrice({ price_minor, currency })).toBe(shown);
});
