import { uri } from '../brand.js';
import { icons } from '../icons.js';
import { defineResource } from '../platform/mcp/define.js';
import { formatPrice, listProducts } from '../shop/products.js';

export const pricing = defineResource({
  name: 'pricing',
  uri: uri('pricing'),
  title: 'Price list',
  description: 'Every product with its id, price and stock, made from the product table',
  mimeType: 'text/markdown',
  icons: icons.product,
  annotations: { audience: ['assistant'], priority: 0.6 },
  scopes: ['read'],
  cacheHint: { ttlMs: 60_000, cacheScope: 'public' },
  read: async ({ store }) => {
    const products = await listProducts(store);
    const rows = products.map(
      (product) =>
        `| ${[product.id, product.name, product.category, formatPrice(product), product.stock].join(' | ')} |`,
    );
    return [
      '| product_id | Name | Category | Price | Stock |',
      '| --- | --- | --- | --- | --- |',
      ...rows,
      '',
    ].join('\n');
  },
});
