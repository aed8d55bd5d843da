import type { Store } from '../platform/store/database.js';
import { demoOrders, demoProducts } from './demo-data.js';
import type { ShopTables } from './tables.js';

/** Fills in the demo products and orders. Rows that exist are left as they are, so a second run changes nothing. */
export async function seedShop(store: Store<ShopTables>): Promise<void> {
  await store
    .insertInto('products')
    .values(demoProducts)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  await store
    .insertInto('orders')
    .values(demoOrders)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}
