import { z } from 'zod';
import { icons } from '../icons.js';
import { defineTool, structured, toolError } from '../platform/mcp/define.js';
import { findProduct, formatPrice } from '../shop/products.js';
import { unknownProduct } from './valid-values.js';

export const getProductInfo = defineTool({
  name: 'get_product_info',
  title: 'Product information',
  description: 'Name, price, stock and description of one product. Use it when someone asks about a product.',
  inputSchema: z.object({
    product_id: z.string().min(1).max(100).describe('The id of the product, such as lamp-arc'),
  }),
  outputSchema: z.object({
    product_id: z.string(),
    name: z.string(),
    category: z.string(),
    price: z.string().describe('Amount and currency, such as 189.00 EUR'),
    stock: z.number().int().describe('Pieces that can be delivered at once'),
    description: z.string(),
  }),
  annotations: { readOnlyHint: true, openWorldHint: false },
  icons: icons.product,
  scopes: ['read'],
  handler: async ({ product_id }, { store }) => {
    const product = await findProduct(store, product_id);
    if (!product) return toolError(await unknownProduct(store, product_id));
    const { name, category, stock, description } = product;
    return structured({ product_id, name, category, price: formatPrice(product), stock, description });
  },
});
