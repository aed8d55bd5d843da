import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendCatalog } from '../../src/tools/send-catalog.js';
import type { TestApp } from '../support/app/app.js';
import { connectLegacy } from '../support/app/clients.js';
import { startShop } from '../support/app/tools.js';

let app: TestApp;
let client: Awaited<ReturnType<typeof connectLegacy>>;
beforeAll(async () => {
  app = await startShop(sendCatalog);
  client = await connectLegacy(app.mcpUrl);
});
afterAll(async () => {
  await client.close();
  await app.stop();
});

const call = (args: Record<string, unknown>) => client.callTool({ name: 'send_catalog', arguments: args });

it('links the PDF of the category', async () => {
  const { structuredContent } = await call({ category: 'seating' });
  expect(structuredContent).toEqual({
    text: 'Here is our seating catalogue.',
    media: [
      {
        type: 'document',
        url: `${app.url}/catalogs/seating.pdf`,
        filename: 'acme-seating.pdf',
        mime_type: 'application/pdf',
      },
    ],
  });
});

it('escapes a category that is no plain word', async () => {
  await app.store
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
    media: [{ url: `${app.url}/catalogs/bed%20%26%20bath%2F2.pdf`, filename: 'acme-bed-bath-2.pdf' }],
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

it('keeps the case of a category in the words to say', async () => {
  const product = { name: '', description: '', price_minor: 1, currency: 'EUR', stock: 1 };
  await app.store
    .insertInto('products')
    .values({ id: 'led', category: 'LED-lamps', ...product })
    .execute();
  expect((await call({ category: 'LED-lamps' })).structuredContent).toMatchObject({
    text: 'Here is our LED lamps catalogue.',
  });
});

it('takes a tenant that is set as a number, and asks for text', async () => {
  expect((await call({ category: 'tables', tenant_id: 7 })).isError).toBeFalsy();
  expect(app.logs).toContainEqual(expect.objectContaining({ msg: 'catalogue sent', tenantId: '7' }));
  const { tools } = await client.listTools();
  expect(tools[0]?.inputSchema).toMatchObject({
    properties: { tenant_id: { type: 'string' } },
    required: ['category'],
  });
});

it('logs the tenant of a platform that sends one, and works without', async () => {
  await call({ category: 'tables', tenant_id: 'tenant-7', something_else: 1 });
  expect(app.logs).toContainEqual(
    expect.objectContaining({ msg: 'catalogue sent', category: 'tables', tenantId: 'tenant-7' }),
  );
});
