import { afterAll, beforeAll, expect, it } from 'vitest';
import { getProductInfo } from '../../src/tools/get-product-info.js';
import type { TestApp } from '../support/app/app.js';
import { connectModern } from '../support/app/clients.js';
import { startShop } from '../support/app/tools.js';

let app: TestApp;
beforeAll(async () => {
  app = await startShop(getProductInfo);
});
afterAll(() => app.stop());

it('tells the product as it is in the table now', async () => {
  await app.store
    .updateTable('products')
    .set({ price_minor: 1905, stock: 0 })
    .where('id', '=', 'lamp-arc')
    .execute();
  const client = await connectModern(app.mcpUrl, 'alice');
  const call = (product_id: string) =>
    client.callTool({ name: 'get_product_info', arguments: { product_id } });
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
  await client.close();
});
