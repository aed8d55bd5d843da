import { uri } from '../brand.js';
import { icons } from '../icons.js';
import { defineResourceTemplate, ResourceNotFoundError } from '../platform/mcp/define.js';
import { findProduct, formatPrice, listProductIds } from '../shop/products.js';

export const product = defineResourceTemplate({
  name: 'product',
  uriTemplate: uri('products/{product_id}'),
  title: 'One product',
  description: 'Name, price, stock and description of a product',
  mimeType: 'application/json',
  icons: icons.product,
  scopes: ['read'],
  cacheHint: { ttlMs: 60_000, cacheScope: 'public' },
  complete: {
    product_id: async (typed, { store }) =>
      (await listProductIds(store)).filter((id) => id.startsWith(typed)),
  },
  read: async ({ product_id }, { store, uri }) => {
    const found = await findProduct(store, product_id);
    if (!found) throw new ResourceNotFoundError(uri);
    const { name, category, stock, description } = found;
    return JSON.stringify({ product_id, name, category, price: formatPrice(found), stock, description });
  },
});
