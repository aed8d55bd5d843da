import type { Store } from '../platform/store/database.js';
import { demoOrders, demoProducts } from './demo-data.js';
import { addOrders } from './orders.js';
import { addProducts } from './products.js';
import type { ShopTables } from './tables.js';

/** Adds the demo products and orders. Existing rows are left unchanged, so a second run changes nothing. */
export async function seedShop(store: Store<ShopTables>): Promise<void> {
  await addProducts(store, demoProducts);
  await addOrders(store, demoOrders);
}
