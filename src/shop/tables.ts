/** The tables of the shop. Times are whole seconds since 1970 (UTC). */
export interface ShopTables {
  products: ProductsTable;
  orders: OrdersTable;
}

/** The products of the shop. */
export interface ProductsTable {
  id: string;
  category: string;
  name: string;
  description: string;
  /** In the smallest unit of the currency: cents of EUR, whole JPY. */
  price_minor: number;
  currency: string;
  stock: number;
}

/** The progress of an order. */
export type OrderStatus = 'processing' | 'shipped' | 'delivered' | 'cancelled';

/** Orders. The time of a step is null until it happens. */
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
