import { expect, it } from 'vitest';
import { seedDemoUsers } from '../../src/accounts/demo-users.js';
import definition from '../../src/server.js';
import { seedShop } from '../../src/shop/seed.js';
import { openTestStore } from '../support/app/database.js';

it('fills in a shop worth showing, and a second run changes nothing', async () => {
  const store = await openTestStore(definition.migrations);
  const everything = async () => ({
    users: await store.selectFrom('users').selectAll().orderBy('username').execute(),
    products: await store.selectFrom('products').selectAll().orderBy('id').execute(),
    orders: await store.selectFrom('orders').selectAll().orderBy('id').execute(),
  });
  await seedDemoUsers(store, ['read', 'orders:write']);
  await seedShop(store);
  await store.updateTable('products').set({ stock: 1 }).where('id', '=', 'lamp-arc').execute();
  const first = await everything();
  await seedDemoUsers(store, ['read', 'orders:write']);
  await seedShop(store);
  expect(await everything()).toEqual(first);

  expect(first.users.map(({ username }) => username)).toEqual(['alice', 'bob']);
  expect(first.products.length).toBeGreaterThanOrEqual(12);
  expect(new Set(first.products.map(({ category }) => category)).size).toBeGreaterThanOrEqual(3);
  expect(first.orders.length).toBeGreaterThanOrEqual(20);
  for (const user of ['alice', 'bob']) {
    const states = first.orders.filter(({ username }) => username === user).map(({ status }) => status);
    expect(new Set(states)).toEqual(new Set(['processing', 'shipped', 'delivered', 'cancelled']));
  }
  await store.destroy();
});
