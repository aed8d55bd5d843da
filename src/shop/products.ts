import type { Selectable } from 'kysely';
import { uri } from '../brand.js';
import { notifyChanged } from '../platform/store/changes.js';
import type { Store } from '../platform/store/database.js';
import { inTransaction } from '../platform/store/transaction.js';
import type { ProductsTable, ShopTables } from './tables.js';

/** The largest number that a column of the shop holds. */
export const MAX_INTEGER = 2_147_483_647;

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

/** What a shopkeeper may change of a product. */
export type ProductChanges = Partial<Pick<Product, 'price_minor' | 'stock'>>;

/** Changes a product, and tells clients. @returns the product as it is now, or `undefined` if there is none */
export async function changeProduct(
  store: Store<ShopTables>,
  id: string,
  changes: ProductChanges,
): Promise<Product | undefined> {
  return inTransaction(store, async (transaction) => {
    const product = await transaction
      .updateTable('products')
      .set(changes)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst();
    if (product) await notifyProductChanged(transaction, product);
    return product;
  });
}

/** Gives pieces back to the stock, and tells clients. For the transaction that takes them out of an order. */
export async function restock(transaction: Store<ShopTables>, id: string, pieces: number): Promise<void> {
  const product = await transaction
    .updateTable('products')
    .set(({ eb }) => ({ stock: eb('stock', '+', pieces) }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  if (product) await notifyProductChanged(transaction, product);
}

/** Tells clients of everything that shows a product: itself, the price list and its catalogue. */
async function notifyProductChanged(store: Store, { id, category }: Product): Promise<void> {
  const changed = [
    `products/${encodeURIComponent(id)}`,
    'pricing',
    `catalogs/${encodeURIComponent(category)}`,
  ];
  for (const path of changed) await notifyChanged(store, uri(path));
}

/**
 * Reads a price that a person wrote, such as "99.00" or "99", in the smallest unit of the currency.
 *
 * @returns `undefined` when it is not a price, or has more decimals than the currency
 */
export function parsePrice(text: string, currency: string): number | undefined {
  const digits = decimalsOf(currency);
  const [, whole = '', fraction = ''] = /^(\d{1,9})(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === '' || fraction.length > digits) return undefined;
  const minor = Number(whole + fraction.padEnd(digits, '0'));
  return minor <= MAX_INTEGER ? minor : undefined;
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
