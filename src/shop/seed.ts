import type { Store } from '../platform/store/database.js';
import { demoOrders, demoProducts } from './demo-data.js';
import { addOrders } from './orders.js';
import { addProducts } from './products.js';
import type { ShopTables } from './tables.js';

/** Fills in the demo products and orders. Rows that exist are left as they are, so a second run changes nothing. */
export async function seedShop(store: Store<ShopTables>): Promise<void> {
  await addProducts(store, demoProducts);
  await addOrders(store, demoOrders);
}
