import { describe, expect, it } from 'vitest';
import { renderCatalogue, titleOf } from '../../src/shop/catalogue.js';
import { demoProducts } from '../../src/shop/demo-data.js';
import { formatPrice, type Product } from '../../src/shop/products.js';
import { readPdf } from '../support/pdf.js';

const day = new Date('2026-11-24T10:00:00Z');
const render = async (category: string, products: Product[]) =>
  readPdf(await renderCatalogue(category, products, day));
const named = (name: string, description = ''): Product => ({
  id: 'no-picture',
  category: 'odd',
  name,
  description,
  price_cents: 1999,
  currency: 'EUR',
  stock: 1,
});

describe.each(['lighting', 'seating', 'tables'])('the catalogue of %s', (category) => {
  const products = demoProducts.filter((product) => product.category === category);

  it('has a cover, and every product with price, stock, description and picture', async () => {
    const { title, pages, pictures } = await render(category, products);
    expect(title).toBe(`Acme Shop: ${titleOf(category)}`);
    expect(pages).toHaveLength(2);
    expect(pages[0]).toContain(titleOf(category));
    expect(pages[0]).toContain('4 products · 24 November 2026');
    for (const product of products) {
      expect(pages[1]).toContain(product.name);
      expect(pages[1]).toContain(product.description);
      expect(pages[1]).toContain(formatPrice(product));
      expect(pages[1]).toContain(product.stock > 0 ? `${product.stock} in stock` : 'Sold out');
    }
    expect(pages[1]).toContain('2 / 2');
    expect(pictures).toEqual([1, 4]);
  });
});

it('goes on to as many pages as there are products', async () => {
  const { pages } = await render(
    'odd',
    Array.from({ length: 9 }, (_, index) => named(`Thing ${index}`)),
  );
  expect(pages).toHaveLength(4);
  expect(pages[3]).toContain('Thing 8');
  expect(pages[3]).toContain('4 / 4');
});

it('prints names in Latin, Greek, Cyrillic, Arabic and Hebrew letters', async () => {
  const names = ['Čapek żółć', 'Φωτιστικό', 'Лампа', 'مصباح', 'מנורה'];
  const { pages } = await render(
    'odd',
    names.map((name) => named(name)),
  );
  for (const name of names) expect(pages.join(' ')).toContain(name);
});

it.each([
  ['a long name', 'Lamp '.repeat(1000), 'Lamp…'],
  ['one endless word', 'x'.repeat(5000), 'x…'],
  ['Chinese', '落地灯 Arc', '□□□ Arc'],
  ['emoji, one box each', 'Chair 🪑👩‍🚀', 'Chair □□'],
  ['control characters and lone surrogates', 'a\u0000b\ud800', 'a b□'],
  ['nothing', '', '19.99 EUR'],
])('survives %s', async (_what, name, printed) => {
  const { pages } = await render('odd', [named(name, name)]);
  expect(pages[1]).toContain(printed);
});
