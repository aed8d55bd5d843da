import { uri } from '../brand.js';
import type { Store } from '../platform/store/database.js';
import { listProductIds } from '../shop/products.js';
import type { ShopTables } from '../shop/tables.js';

const MAX_LISTED = 30;

/**
 * Lists valid values for an error message: enough for a model to find the right one, but not so many that they fill its
 * context.
 *
 * @param more where the full list is, such as "shop://pricing"
 */
export function validValues(values: string[], more: string): string {
  if (values.length === 0) return 'none yet';
  const listed = values.slice(0, MAX_LISTED).join(', ');
  const left = values.length - MAX_LISTED;
  return left > 0 ? `${listed} and ${left} more, see ${more}` : listed;
}

/** Says that there is no product of that id, and which there are. */
export async function unknownProduct(store: Store<ShopTables>, id: string): Promise<string> {
  const valid = validValues(await listProductIds(store), uri('pricing'));
  return `There is no product "${id}". Check the id; valid ids are: ${valid}.`;
}
