import { z } from 'zod';
import { uri } from '../brand.js';
import { icons } from '../icons.js';
import { defineTool, mediaOutputSchema, mediaResult, toolError } from '../platform/mcp/define.js';
import { catalogueFileName, catalogueUrl } from '../shop/catalogue/route.js';
import { listCategories, wordsOf } from '../shop/products.js';
import { validValues } from './valid-values.js';

export const sendCatalog = defineTool({
  name: 'send_catalog',
  title: 'Send a catalogue',
  description:
    'Sends the customer the PDF catalogue of one category, with pictures, prices and stock. Use it when someone wants an overview or a brochure.',
  inputSchema: z.object({
    category: z.string().min(1).max(100).describe('The category, such as lighting, seating or tables'),
    // A static parameter: Nexus can add fixed values to every call, such as the customer it calls for. It is optional,
    // because other clients do not send it, and coerced, because the configured value may be a number. A tool that does not
    // declare it never sees it.
    tenant_id: z.coerce.string().max(100).optional().describe('Set by the platform, leave it out'),
  }),
  outputSchema: mediaOutputSchema,
  annotations: { readOnlyHint: true, openWorldHint: false },
  icons: icons.text,
  scopes: ['read'],
  handler: async ({ category, tenant_id }, { store, siteUrl, log }) => {
    const categories = await listCategories(store);
    if (!categories.includes(category)) {
      const valid = validValues(categories, uri('pricing'));
      return toolError(`There is no category "${category}". Valid categories are: ${valid}.`);
    }
    log.info({ category, tenantId: tenant_id }, 'catalogue sent');
    return mediaResult({
      text: `Here is our ${wordsOf(category)} catalogue.`,
      media: [
        { type: 'document', url: catalogueUrl(siteUrl, category), filename: catalogueFileName(category) },
      ],
    });
  },
});
