import type { Migrations } from '../../platform/store/migrations/index.js';
import * as productsAndOrders from './0001-products-and-orders.js';
import * as priceMinor from './0002-price-minor.js';

/** A released migration is never edited: add another. */
export const shopMigrations: Migrations = {
  'shop-0001-products-and-orders': productsAndOrders,
  'shop-0002-price-minor': priceMinor,
};
