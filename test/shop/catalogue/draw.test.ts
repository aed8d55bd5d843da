import { describe, expect, it } from 'vitest';
import { brand } from '../../../src/brand.js';
import { renderCatalogue, titleOf } from '../../../src/shop/catalogue/draw.js';
import { demoProducts } from '../../../src/shop/demo-data.js';
import { formatPrice, type Product } from '../../../src/shop/products.js';
import { readPdf } from './pdf.js';

const day = new Date('2026-11-24T10:00:00Z');
const render = async (category: string, products: Product[]) =>
  readPdf(await renderCatalogue(brand, category, products, day));
const named = (name: string, description = '', other: Partial<Product> = {}): Product => ({
  id: 'no-picture',
  category: 'odd',
  name,
  description,
  price_minor: 1999,
  currency: 'EUR',
  stock: 1,
  ...other,
});
/** Reads the first page of products, each line from left to right. */
const linesOf = async (...products: Product[]) => (await render('odd', products)).lines[1] ?? [];

describe.each(['lighting', 'seating', 'tables'])('the catalogue of %s', (category) => {
  const products = demoProducts.filter((product) => product.category === category);

  it('has a cover, and every product with price, stock, description and picture', async () => {
    const { title, pages, pictures } = await render(category, products);
    expect(title).toBe(`${brand.name}: ${titleOf(category)}`);
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
    expect(pictures.map((page) => page.length)).toEqual([1, 4]);
  });
});

it('holds each picture once, including that of the cover, and crops it evenly at top and bottom', async () => {
  const products = demoProducts.filter(({ category }) => category === 'tables');
  const pdf = await renderCatalogue(brand, 'tables', products, day);
  expect(pdf.toString('latin1').match(/\/Subtype \/Image/g)).toHaveLength(4);
  const [, pictures] = (await readPdf(pdf)).pictures;
  // A square of 236.64 points, of which the card shows 232, beginning at 92.
  expect(pictures?.[0]?.top).toBeCloseTo(92 - (236.64 - 232) / 2, 1);
});

it('adds pages as the products need', async () => {
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

it('has copyable text even when its letters were drawn as parts of others before', async () => {
  await render('odd', [named('Лампа é')]);
  const { pages } = await render('odd', [named('Lampe אור')]);
  expect(pages[1]).toContain('Lampe');
});

it.each([
  ['مصباح ١٢٣', '١٢٣ حابصم'],
  ['Lamp ١٢٣ אור (12)', 'Lamp (12) רוא ١٢٣'],
  ['מנורה (ARC) 190', '190 (ARC) הרונמ'],
  ['שולחן [LED] 12', '12 [LED] ןחלוש'],
  ['(אור)', '(רוא)'],
])('prints %j in the visual order %j', async (name, printed) => {
  const texts = (await linesOf(named(name, name))).map(({ text }) => text);
  expect(texts.filter((text) => text === printed)).toHaveLength(2);
});

it('aligns right-to-left text to the right of its card, and a name in Latin letters to the left', async () => {
  const lines = await linesOf(named('מנורה 190', 'אור'), named('Lamp אור', 'Light'));
  const line = (text: string) => lines.find((each) => each.text === text);
  const [left, right] = [48, 48 + 236.64];
  expect(line('190 הרונמ')?.right).toBeCloseTo(right, 1);
  expect(line('רוא')?.right).toBeCloseTo(right, 1);
  expect(line('Lamp רוא')?.x).toBeCloseTo(left + 236.64 + 26, 1);
});

it('leaves room between a long price and the stock', async () => {
  const lines = await linesOf(named('Lamp', '', { price_minor: 1e20, stock: 12345678 }));
  const price = lines.find(({ text }) => text.startsWith('10000'));
  const stock = lines.find(({ text }) => text.endsWith('in stock'));
  expect(price?.text).toMatch(/…$/);
  expect(price?.right).toBeLessThan((stock?.x ?? 0) - 10);
});
