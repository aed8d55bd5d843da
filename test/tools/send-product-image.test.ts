import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendProductImage } from '../../src/tools/send-product-image.js';
import type { TestApp } from '../support/app/app.js';
import { connectLegacy } from '../support/app/clients.js';
import { startShop } from '../support/app/tools.js';

let app: TestApp;
let client: Awaited<ReturnType<typeof connectLegacy>>;
beforeAll(async () => {
  app = await startShop(sendProductImage);
  client = await connectLegacy(app.mcpUrl);
});
afterAll(async () => {
  await client.close();
  await app.stop();
});

const call = (product_id: string) =>
  client.callTool({ name: 'send_product_image', arguments: { product_id } });

it('links the picture, with name and price to say along', async () => {
  expect((await call('lamp-arc')).structuredContent).toEqual({
    text: 'Arc floor lamp, 189.00 EUR',
    media: [
      {
        type: 'image',
        url: `${app.url}/images/lamp-arc.jpg`,
        filename: 'lamp-arc.jpg',
        mime_type: 'image/jpeg',
      },
    ],
  });
});

it('names the valid ids for an unknown product', async () => {
  expect(await call('lamp')).toMatchObject({
    isError: true,
    content: [{ text: expect.stringMatching(/bench-hall, .*table-side/) }],
  });
});

it('says what to do for a product without a picture', async () => {
  await app.store
    .insertInto('products')
    .values({
      id: 'new',
      category: 'x',
      name: 'New',
      description: '',
      price_minor: 1,
      currency: 'EUR',
      stock: 1,
    })
    .execute();
  expect(await call('new')).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining('get_product_info') }],
  });
});
