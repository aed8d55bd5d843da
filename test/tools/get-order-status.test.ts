import { afterAll, beforeAll, expect, it } from 'vitest';
import { getOrderStatus } from '../../src/tools/get-order-status.js';
import type { TestApp } from '../support/app/app.js';
import { connectModern } from '../support/app/clients.js';
import { SERVICE_TOKEN } from '../support/app/port.js';
import { startShop } from '../support/app/tools.js';

let app: TestApp;
beforeAll(async () => {
  app = await startShop(getOrderStatus);
});
afterAll(() => app.stop());

async function statusAs(token: string, order_id: string) {
  const client = await connectModern(app.mcpUrl, token);
  const result = await client.callTool({ name: 'get_order_status', arguments: { order_id } });
  await client.close();
  return result;
}

it('gives each date under its own name, and none that has not come', async () => {
  const times = { ordered_at: 86_400, shipped_at: 2 * 86_400, delivered_at: 3 * 86_400, cancelled_at: null };
  await app.store.updateTable('orders').set(times).where('id', '=', 'ORD-1001').execute();
  expect((await statusAs('alice', 'ORD-1001')).structuredContent).toEqual({
    order_id: 'ORD-1001',
    status: 'delivered',
    product_id: expect.any(String),
    quantity: expect.any(Number),
    ordered_at: '1970-01-02T00:00:00.000Z',
    shipped_at: '1970-01-03T00:00:00.000Z',
    delivered_at: '1970-01-04T00:00:00.000Z',
  });
});

it('shows a user their own orders, and a service all', async () => {
  expect((await statusAs('alice', 'ORD-2001')).isError).toBe(true);
  expect((await statusAs('bob', 'ORD-2001')).isError).toBeFalsy();
  expect((await statusAs(SERVICE_TOKEN, 'ORD-2001')).isError).toBeFalsy();
});

it.each(['ORD-9999', 'ORD-2001', "' or 1=1 --", 'null \0 byte'])(
  '%j looks like an unknown order',
  async (id) => {
    expect(await statusAs('alice', id)).toMatchObject({
      isError: true,
      content: [
        { text: `There is no order "${id}" here. Check the id with the customer; it looks like ORD-1001.` },
      ],
    });
  },
);
