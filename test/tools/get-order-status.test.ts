import { expect, it } from 'vitest';
import type { Caller } from '../../src/platform/caller.js';
import { seedShop } from '../../src/shop/seed.js';
import { getOrderStatus } from '../../src/tools/get-order-status.js';
import { startTools } from '../support/tools/start-tools.js';

const shop = await startTools({ tools: [getOrderStatus], demoData: seedShop });
const statusOf = (order_id: string, as: Caller = shop.user('alice')) =>
  shop.call('get_order_status', { order_id }, { as });

it('returns each date under its own name, and omits those in the future', async () => {
  const times = { ordered_at: 86_400, shipped_at: 2 * 86_400, delivered_at: 3 * 86_400, cancelled_at: null };
  await shop.store.updateTable('orders').set(times).where('id', '=', 'ORD-1001').execute();
  expect((await statusOf('ORD-1001')).structuredContent).toEqual({
    order_id: 'ORD-1001',
    status: 'delivered',
    product_id: expect.any(String),
    quantity: expect.any(Number),
    ordered_at: '1970-01-02T00:00:00.000Z',
    shipped_at: '1970-01-03T00:00:00.000Z',
    delivered_at: '1970-01-04T00:00:00.000Z',
  });
});

it('shows users their own orders, and services all', async () => {
  expect((await statusOf('ORD-2001')).isError).toBe(true);
  expect((await statusOf('ORD-2001', shop.user('bob'))).isError).toBeFalsy();
  expect((await statusOf('ORD-2001', shop.service)).isError).toBeFalsy();
});

it.each(['ORD-9999', 'ORD-2001', "' or 1=1 --", 'null \0 byte'])(
  '%j looks like an unknown order',
  async (id) => {
    expect(await statusOf(id)).toMatchObject({
      isError: true,
      content: [
        { text: `There is no order "${id}" here. Check the id with the customer; it looks like ORD-1001.` },
      ],
    });
  },
);
