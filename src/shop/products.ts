import type { Selectable } from 'kysely';
import type { Store } from '../platform/store/database.js';
import type { ProductsTable, ShopTables } from './tables.js';

/** Something the shop sells. */
export type Product = Selectable<ProductsTable>;

/** Finds the product with that id, or `undefined`. */
export async function findProduct(store: Store<ShopTables>, id: string): Promise<Product | undefined> {
  // PostgreSQL fails on a null byte instead of finding no row.
  if (id.includes('\0')) return undefined;
  return store.selectFrom('products').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Lists products by category and name, optionally of one category only. */
export async function listProducts(store: Store<ShopTables>, category?: string): Promise<Product[]> {
  // PostgreSQL fails on a null byte instead of finding no row.
  if (category?.includes('\0')) return [];
  let query = store.selectFrom('products').selectAll();
  if (category !== undefined) query = query.where('category', '=', category);
  return query.orderBy('category').orderBy('name').execute();
}

/** Lists every product id, for completion and for error messages that list valid values. */
export async function listProductIds(store: Store<ShopTables>): Promise<string[]> {
  const rows = await store.selectFrom('products').select('id').orderBy('id').execute();
  return rows.map(({ id }) => id);
}

/** Lists every category that has a product. */
export async function listCategories(store: Store<ShopTables>): Promise<string[]> {
  const rows = await store.selectFrom('products').select('category').distinct().orderBy('category').execute();
  return rows.map(({ category }) => category);
}

/** Puts a category into words for use in a sentence, such as "lighting" or "LED lamps". */
export function wordsOf(category: string): string {
  return category.replaceAll(/[-_]+/g, ' ');
}

/** Adds products. Existing ones are left unchanged. */
export async function addProducts(store: Store<ShopTables>, products: ProductsTable[]): Promise<void> {
  await store
    .insertInto('products')
    .values(products)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

/**
 * Formats a price for people, with as many decimals as the currency has, such as "189.00 EUR" or "18900 JPY".
 * `price_minor` counts the smallest unit of the currency.
 */
export function formatPrice({ price_minor, currency }: Pick<Product, 'price_minor' | 'currency'>): string {
  const digits = decimalsOf(currency);
  return `${(price_minor / 10 ** digits).toFixed(digits)} ${currency}`;
}

function decimalsOf(currency: string): number {
  // Intl throws for anything but three letters.
  if (!/^[a-z]{3}$/i.test(currency)) return 2;
  const { maximumFractionDigits } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions();
  return maximumFractionDigits ?? 2;
}
