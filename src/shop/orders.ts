import type { Selectable } from 'kysely';
import type { Caller } from '../platform/caller.js';
import { nowInSeconds } from '../platform/clock.js';
import type { Store } from '../platform/store/database.js';
import { inTransaction } from '../platform/store/transaction.js';
import { restock } from './products.js';
import type { OrdersTable, ShopTables } from './tables.js';

/** An order of one product. */
export type Order = Selectable<OrdersTable>;

/**
 * Finds an order that the caller may see: users see only their own, services see all. Someone else's order is
 * `undefined`, exactly like an unknown one, so that ids can't be probed.
 */
export async function findOrder(
  store: Store<ShopTables>,
  id: string,
  caller: Caller,
): Promise<Order | undefined> {
  // PostgreSQL fails on a null byte instead of finding no row.
  if (id.includes('\0')) return undefined;
  let query = store.selectFrom('orders').selectAll().where('id', '=', id);
  if (caller.kind === 'user') query = query.where('username', '=', caller.id);
  return query.executeTakeFirst();
}

/** Says that there is no order of that id. The same words for someone else's order, so that ids can't be probed. */
export function unknownOrder(id: string): string {
  return `There is no order "${id}" here. Check the id with the customer; it looks like ORD-1001.`;
}

/** Returns a time of an order, in seconds since 1970, as ISO 8601. */
export function toIso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

/**
 * Cancels an order that has not been shipped, and gives what was ordered back to the stock. Only one of two simultaneous
 * calls cancels it.
 *
 * @returns whether this call cancelled it
 */
export async function cancelOrder(store: Store<ShopTables>, id: string): Promise<boolean> {
  return inTransaction(store, async (transaction) => {
    // Whatever changes both locks the order before its product, or two transactions could wait for each other.
    const cancelled = await transaction
      .updateTable('orders')
      .set({ status: 'cancelled', cancelled_at: nowInSeconds() })
      .where('id', '=', id)
      .where('status', '=', 'processing')
      .returning(['product_id', 'quantity'])
      .executeTakeFirst();
    if (cancelled) await restock(transaction, cancelled.product_id, cancelled.quantity);
    return cancelled !== undefined;
  });
}

/** Adds orders. Existing ones are left unchanged. */
export async function addOrders(store: Store<ShopTables>, orders: OrdersTable[]): Promise<void> {
  await store
    .insertInto('orders')
    .values(orders)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}
