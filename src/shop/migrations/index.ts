import type { Migrations } from '../../platform/store/migrations/index.js';
import * as productsAndOrders from './0001-products-and-orders.js';
import * as priceMinor from './0002-price-minor.js';

/** The migrations of the shop. Never edit a released migration; add another. */
export const shopMigrations: Migrations = {
  'shop-0001-products-and-orders': productsAndOrders,
  'shop-0002-price-minor': priceMinor,
};
