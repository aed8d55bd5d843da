import { Command } from 'commander';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { CommandError } from '../../src/platform/command.js';
import type { Store } from '../../src/platform/store/database.js';
import definition from '../../src/server.js';
import { shopCommands } from '../../src/shop/commands.js';
import { cancelOrder } from '../../src/shop/orders.js';
import { changeProduct, findProduct } from '../../src/shop/products.js';
import { seedShop } from '../../src/shop/seed.js';
import { onlyOnFile, openTestStore } from '../support/app/database.js';

let store: Store;
beforeEach(async () => {
  onlyOnFile('Reads the changes where a file keeps them.');
  await store?.destroy();
  store = await openTestStore(definition.migrations);
  await seedShop(store);
});
afterAll(() => store?.destroy());

/** Runs a command of the shop. @returns what it prints */
async function run(...words: string[]): Promise<string> {
  const printed: string[] = [];
  const program = new Command().exitOverride();
  shopCommands(program, (_command, work) =>
    work({ store, print: (sentence) => void printed.push(sentence) }),
  );
  await program.parseAsync(words, { from: 'user' });
  return printed.join('\n');
}
const changes = async () => {
  const rows = await store.selectFrom('resource_changes').select('uri').orderBy('uri').execute();
  return rows.map(({ uri }) => uri);
};
const ofLampArc = ['acme://catalogs/lighting', 'acme://pricing', 'acme://products/lamp-arc'];

describe('product set', () => {
  it('sets the price and the stock, and tells who shows them', async () => {
    const sentence = await run('product', 'set', 'lamp-arc', '--price', '99.00', '--stock', '3');
    expect(sentence).toBe('Arc floor lamp costs 99.00 EUR, and there are 3.');
    expect(await findProduct(store, 'lamp-arc')).toMatchObject({ price_minor: 9900, stock: 3 });
    expect(await changes()).toEqual(ofLampArc);
  });

  it('sets one of them and leaves the other', async () => {
    await run('product', 'set', 'lamp-arc', '--stock', '0');
    expect(await findProduct(store, 'lamp-arc')).toMatchObject({ price_minor: 18900, stock: 0 });
  });

  it.each([
    ['a product that does not exist', ['lamp-none', '--stock', '3'], /^There is no product "lamp-none"/],
    ['nothing', ['lamp-arc'], /^Say what to change: --price, --stock/],
    ['a price in words', ['lamp-arc', '--price', 'cheap'], /^"cheap" is not a price. Write it like 189\.00/],
    ['a price below a cent', ['lamp-arc', '--price', '9.999'], /is not a price/],
    ['a negative price', ['lamp-arc', '--price=-1'], /is not a price/],
    ['a price that no column holds', ['lamp-arc', '--price', '99999999'], /is not a price/],
    ['half a lamp', ['lamp-arc', '--stock', '1.5'], /^"1.5" is not a number of pieces. Write it like 3/],
    ['a stock that no column holds', ['lamp-arc', '--stock', '2147483648'], /up to 2147483647/],
  ])('refuses %s, and changes nothing', async (_what, words, reason) => {
    const refusal = await run('product', 'set', ...words).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(CommandError);
    expect((refusal as Error).message).toMatch(reason);
    expect(await findProduct(store, 'lamp-arc')).toMatchObject({ price_minor: 18900, stock: 7 });
    expect(await changes()).toEqual([]);
  });

  it('counts in the currency of the product', async () => {
    await store.updateTable('products').set({ currency: 'JPY' }).where('id', '=', 'lamp-arc').execute();
    await expect(run('product', 'set', 'lamp-arc', '--price', '9.5')).rejects.toThrow('is not a price');
    await run('product', 'set', 'lamp-arc', '--price', '9500');
    expect(await findProduct(store, 'lamp-arc')).toMatchObject({ price_minor: 9500 });
  });
});

it('an order that is cancelled gives back what it held, once', async () => {
  const before = await findProduct(store, 'lamp-pendant');
  await Promise.all([cancelOrder(store, 'ORD-2008'), cancelOrder(store, 'ORD-2008')]);
  expect(await findProduct(store, 'lamp-pendant')).toMatchObject({ stock: (before?.stock ?? 0) + 3 });
  expect(await changes()).toEqual([
    'acme://catalogs/lighting',
    'acme://pricing',
    'acme://products/lamp-pendant',
  ]);
});

it('an order that cannot be cancelled changes nothing', async () => {
  await cancelOrder(store, 'ORD-2005');
  expect(await changes()).toEqual([]);
});

it('every resource that is told of is one that clients can subscribe to', async () => {
  await store.updateTable('products').set({ category: 'LED lamps' }).where('id', '=', 'lamp-arc').execute();
  await changeProduct(store, 'lamp-arc', { stock: 1 });
  const uris = await changes();
  expect(uris).toContain('acme://catalogs/LED%20lamps');
  const readable = definition.resources.filter(({ matches }) => uris.some(matches)).map(({ name }) => name);
  expect(readable).toEqual(['pricing', 'product', 'catalogue']);
});
