import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Caller } from '../../src/platform/caller.js';
import type { Store } from '../../src/platform/store/database.js';
import definition from '../../src/server.js';
import { cancelOrder, findOrder } from '../../src/shop/orders.js';
import { seedShop } from '../../src/shop/seed.js';
import { openTestStore } from '../support/app/database.js';

let store: Store;
beforeAll(async () => {
  store = await openTestStore(definition.migrations);
  await seedShop(store);
});
afterAll(() => store.destroy());

const alice: Caller = { kind: 'user', id: 'alice', name: 'Alice', scopes: ['read'], clientId: 'c' };

it('users see only their own orders', async () => {
  expect(await findOrder(store, 'ORD-1001', alice)).toMatchObject({ username: 'alice' });
  expect(await findOrder(store, 'ORD-2001', alice)).toBeUndefined();
  expect(await findOrder(store, 'ORD-9999', alice)).toBeUndefined();
});

it('a service sees every order', async () => {
  const service: Caller = { ...alice, kind: 'service' };
  expect(await findOrder(store, 'ORD-2001', service)).toMatchObject({ username: 'bob' });
});

it('an order is cancelled once, and never after it was shipped', async () => {
  const results = await Promise.all([cancelOrder(store, 'ORD-1007'), cancelOrder(store, 'ORD-1007')]);
  expect(results.sort()).toEqual([false, true]);
  expect(await findOrder(store, 'ORD-1007', alice)).toMatchObject({
    status: 'cancelled',
    cancelled_at: expect.any(Number),
  });
  expect(await cancelOrder(store, 'ORD-1005')).toBe(false);
  expect(await findOrder(store, 'ORD-1005', alice)).toMatchObject({ status: 'shipped', cancelled_at: null });
});
