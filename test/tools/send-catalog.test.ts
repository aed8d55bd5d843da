import { expect, it } from 'vitest';
import { brand } from '../../src/brand.js';
import { seedShop } from '../../src/shop/seed.js';
import { sendCatalog } from '../../src/tools/send-catalog.js';
import { startTools } from '../support/tools/start-tools.js';

const shop = await startTools({ tools: [sendCatalog], demoData: seedShop });
const call = (args: Record<string, unknown>) => shop.call('send_catalog', args);

it('links to the PDF of the category', async () => {
  const { structuredContent } = await call({ category: 'seating' });
  expect(structuredContent).toEqual({
    text: 'Here is our seating catalogue.',
    media: [
      {
        type: 'document',
        url: `${shop.url}/catalogs/seating.pdf`,
        filename: `${brand.uriScheme}-seating.pdf`,
        mime_type: 'application/pdf',
      },
    ],
  });
});

it('escapes a category that is not a plain word', async () => {
  await shop.store
    .insertInto('products')
    .values({
      id: 'x',
      category: 'bed & bath/2',
      name: '',
      description: '',
      price_minor: 1,
      currency: 'EUR',
      stock: 1,
    })
    .execute();
  const { structuredContent } = await call({ category: 'bed & bath/2' });
  expect(structuredContent).toMatchObject({
    media: [
      { url: `${shop.url}/catalogs/bed%20%26%20bath%2F2.pdf`, filename: `${brand.uriScheme}-bed-bath-2.pdf` },
    ],
  });
});

it.each(['sofas', 'Lighting', '../lighting', 'lighting\u0000'])(
  'names the valid categories for %j',
  async (category) => {
    const result = await call({ category });
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('lighting, seating, tables') }],
    });
  },
);

it('keeps the case of a category in the message', async () => {
  const product = { name: '', description: '', price_minor: 1, currency: 'EUR', stock: 1 };
  await shop.store
    .insertInto('products')
    .values({ id: 'led', category: 'LED-lamps', ...product })
    .execute();
  expect((await call({ category: 'LED-lamps' })).structuredContent).toMatchObject({
    text: 'Here is our LED lamps catalogue.',
  });
});

it('accepts a tenant that is a number, though the schema says text', async () => {
  expect((await call({ category: 'tables', tenant_id: 7 })).isError).toBeFalsy();
  expect(shop.logs).toContainEqual(expect.objectContaining({ msg: 'catalogue sent', tenantId: '7' }));
  const { tools } = await (await shop.connect()).listTools();
  expect(tools[0]?.inputSchema).toMatchObject({
    properties: { tenant_id: { type: 'string' } },
    required: ['category'],
  });
});

it('leaves a tenant out that is null, and refuses one that has no text form', async () => {
  expect((await call({ category: 'tables', tenant_id: null })).isError).toBeFalsy();
  expect(shop.logs).not.toContainEqual(expect.objectContaining({ tenantId: 'null' }));
  expect(await call({ category: 'tables', tenant_id: { id: 7 } })).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining('tenant_id') }],
  });
});

it('logs the tenant of a platform that sends one, and works without', async () => {
  await call({ category: 'tables', tenant_id: 'tenant-7', something_else: 1 });
  expect(shop.logs).toContainEqual(
    expect.objectContaining({ msg: 'catalogue sent', category: 'tables', tenantId: 'tenant-7' }),
  );
});
