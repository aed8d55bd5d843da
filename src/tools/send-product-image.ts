import { z } from 'zod';
import { icons } from '../icons.js';
import { defineTool, mediaOutputSchema, mediaResult, toolError } from '../platform/mcp/define.js';
import { hasImage } from '../shop/media-files.js';
import { findProduct, formatPrice } from '../shop/products.js';
import { unknownProduct } from './valid-values.js';

export const sendProductImage = defineTool({
  name: 'send_product_image',
  title: 'Send a product picture',
  description: 'Sends the customer the picture of one product. Use it when someone wants to see a product.',
  inputSchema: z.object({
    product_id: z.string().min(1).max(100).describe('The id of the product, such as lamp-arc'),
  }),
  outputSchema: mediaOutputSchema,
  annotations: { readOnlyHint: true, openWorldHint: false },
  icons: icons.product,
  scopes: ['read'],
  handler: async ({ product_id }, { store, siteUrl }) => {
    const product = await findProduct(store, product_id);
    if (!product) return toolError(await unknownProduct(store, product_id));
    if (!(await hasImage(product_id))) {
      return toolError(`There is no picture of "${product_id}". Describe it with get_product_info instead.`);
    }
    const filename = `${product_id}.jpg`;
    return mediaResult({
      text: `${product.name}, ${formatPrice(product)}`,
      media: [{ type: 'image', url: `${siteUrl}/images/${encodeURIComponent(filename)}`, filename }],
    });
  },
});
