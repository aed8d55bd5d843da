import type { Selectable } from 'kysely';
import type { Store } from '../platform/store/database.js';
import type { ProductsTable, ShopTables } from './tables.js';

/** Something the shop sells. */
export type Product = Selectable<ProductsTable>;

/** One product, or `undefined` when there is none with that id. */
export async function findProduct(store: Store<ShopTables>, id: string): Promise<Product | undefined> {
  // PostgreSQL fails on a null byte instead of finding nothing.
  if (id.includes('\0')) return undefined;
  return store.selectFrom('products').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Products in the order of category and name, those of one category when given. */
export function listProducts(store: Store<ShopTables>, category?: string): Promise<Product[]> {
  let query = store.selectFrom('products').selectAll();
  if (category !== undefined) query = query.where('category', '=', category);
  return query.orderBy('category').orderBy('name').execute();
}

/** Every product id, for completion and for error messages that list what is valid. */
export async function listProductIds(store: Store<ShopTables>): Promise<string[]> {
  const rows = await store.selectFrom('products').select('id').orderBy('id').execute();
  return rows.map(({ id }) => id);
}

/** Every category that has a product. */
export async function listCategories(store: Store<ShopTables>): Promise<string[]> {
  const rows = await store.selectFrom('products').select('category').distinct().orderBy('category').execute();
  return rows.map(({ category }) => category);
}

/** Adds products; those whose id exists are left as they are. */
export async function addProducts(store: Store<ShopTables>, products: ProductsTable[]): Promise<void> {
  await store
    .insertInto('products')
    .values(products)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

/**
 * A price as people read it, such as "189.00 EUR", with as many decimals as the currency has: "18900 JPY".
 * `price_minor` counts its smallest unit.
 */
export function formatPrice({ price_minor, currency }: Pick<Product, 'price_minor' | 'currency'>): string {
  const digits = decimalsOf(currency);
  return `${(price_minor / 10 ** digits).toFixed(digits)} ${currency}`;
}

function decimalsOf(currency: string): number {
  // Anything else than three letters is refused with an exception.
  if (!/^[a-z]{3}$/i.test(currency)) return 2;
  const { maximumFractionDigits } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions();
  return maximumFractionDigits ?? 2;
}
