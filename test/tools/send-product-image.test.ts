import { expect, it } from 'vitest';
import { seedShop } from '../../src/shop/seed.js';
import { sendProductImage } from '../../src/tools/send-product-image.js';
import { startTools } from '../support/tools/start-tools.js';

const shop = await startTools({ tools: [sendProductImage], demoData: seedShop });
const call = (product_id: string) => shop.call('send_product_image', { product_id });

it('links to the picture, with a name and price for the message', async () => {
  expect((await call('lamp-arc')).structuredContent).toEqual({
    text: 'Arc floor lamp, 189.00 EUR',
    media: [
      {
        type: 'image',
        url: `${shop.url}/images/lamp-arc.jpg`,
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
  await shop.store
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
