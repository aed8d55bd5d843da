import type { Generated } from 'kysely';

/**
 * The tables, as both engines hold them. Times are whole seconds since 1970 (UTC), money is whole cents,
 * booleans are 0 or 1, lists are JSON text.
 */
export interface Database {
  users: UsersTable;
  products: ProductsTable;
  orders: OrdersTable;
  server_secrets: ServerSecretsTable;
}

/** Who may sign in. */
export interface UsersTable {
  username: string;
  name: string;
  password_hash: string;
  /** Space-separated scopes the user may grant. */
  scopes: string;
  disabled: Generated<number>;
  created_at: number;
}

export interface ProductsTable {
  id: string;
  category: string;
  name: string;
  description: string;
  price_cents: number;
  currency: string;
  stock: number;
}

export type OrderStatus = 'processing' | 'shipped' | 'delivered' | 'cancelled';

export interface OrdersTable {
  id: string;
  username: string;
  product_id: string;
  quantity: number;
  status: OrderStatus;
  ordered_at: number;
  shipped_at: number | null;
  delivered_at: number | null;
  cancelled_at: number | null;
}

/** Random keys made once and shared by every replica, by name. */
export interface ServerSecretsTable {
  name: string;
  value: string;
  created_at: number;
}
