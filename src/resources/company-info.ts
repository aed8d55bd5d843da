import { brand, uri } from '../brand.js';
import { icons } from '../icons.js';
import { defineResource } from '../platform/mcp/define.js';

export const companyInfo = defineResource({
  name: 'company-info',
  uri: uri('company-info'),
  title: `About ${brand.name}`,
  description: 'Who we are, delivery, returns and opening hours',
  mimeType: 'text/markdown',
  icons: icons.shop,
  annotations: { audience: ['assistant'], priority: 0.8 },
  scopes: ['read'],
  cacheHint: { ttlMs: 3_600_000, cacheScope: 'public' },
  read: () => `# ${brand.name}

Furniture and lamps, made to last. Open Monday to Friday, 9:00 to 17:00 CET.

- Delivery: 3 to 5 working days, free from 100 EUR.
- Returns: 30 days, unused, in the original packaging.
- For one order use get_order_status, for its parcel track_delivery, for one product get_product_info, to cancel an
  order cancel_order.
- Catalogues are sent by send_catalog, pictures by send_product_image, spoken guides by send_audio_guide.
`,
});
