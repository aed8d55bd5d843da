import { uri } from '../brand.js';
import { icons } from '../icons.js';
import { defineResourceTemplate, ResourceNotFoundError } from '../platform/mcp/define.js';
import { catalogueUrl } from '../shop/catalogue/route.js';
import { formatPrice, listCategories, listProducts } from '../shop/products.js';

export const catalogue = defineResourceTemplate({
  name: 'catalogue',
  uriTemplate: uri('catalogs/{category}'),
  title: 'The catalogue of a category',
  description: 'Products of a category with their prices, and the address of the PDF that send_catalog sends',
  mimeType: 'application/json',
  icons: icons.text,
  scopes: ['read'],
  cacheHint: { ttlMs: 60_000, cacheScope: 'public' },
  complete: {
    category: async (typed, { store }) =>
      (await listCategories(store)).filter((category) => category.startsWith(typed)),
  },
  read: async ({ category }, { store, siteUrl, uri }) => {
    const found = await listProducts(store, category);
    if (found.length === 0) throw new ResourceNotFoundError(uri);
    const products = found.map((product) => ({
      product_id: product.id,
      name: product.name,
      price: formatPrice(product),
    }));
    return JSON.stringify({ category, pdf: catalogueUrl(siteUrl, category), products });
  },
});
