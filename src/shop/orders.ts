import type { Selectable } from 'kysely';
import type { Caller } from '../platform/caller.js';
import type { Store } from '../platform/store/database.js';
import type { OrdersTable } from '../platform/store/schema.js';

export type Order = Selectable<OrdersTable>;

/**
 * One order as the caller may see it: a user sees only their own, a service sees all.
 * Someone else's order is `undefined`, exactly like an unknown one, so that ids can't be probed.
 */
export function findOrder(store: Store, id: string, caller: Caller): Promise<Order | undefined> {
  let query = store.selectFrom('orders').selectAll().where('id', '=', id);
  if (caller.kind === 'user') query = query.where('username', '=', caller.id);
  return query.executeTakeFirst();
}
