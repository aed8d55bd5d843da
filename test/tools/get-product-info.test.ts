import { expect, it } from 'vitest';
import { seedShop } from '../../src/shop/seed.js';
import { getProductInfo } from '../../src/tools/get-product-info.js';
import { startTools } from '../support/tools/start-tools.js';

const shop = await startTools({ tools: [getProductInfo], demoData: seedShop });

it('returns the product as it is in the table now', async () => {
  await shop.store
    .updateTable('products')
    .set({ price_minor: 1905, stock: 0 })
    .where('id', '=', 'lamp-arc')
    .execute();
  const call = (product_id: string) => shop.call('get_product_info', { product_id });
  expect((await call('lamp-arc')).structuredContent).toEqual({
    product_id: 'lamp-arc',
    name: 'Arc floor lamp',
    category: 'lighting',
    price: '19.05 EUR',
    stock: 0,
    description: expect.stringMatching(/\w/),
  });
  expect(await call('lamp')).toMatchObject({
    isError: true,
    content: [{ text: expect.stringMatching(/There is no product "lamp".*lamp-arc/) }],
  });
});
