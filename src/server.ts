import { EXTENSION_ID } from '@modelcontextprotocol/ext-apps/server';
import { icons } from './icons.js';
import type { ServerContent } from './platform/mcp/content.js';
import { prompts } from './prompts/index.js';
import { resources } from './resources/index.js';
import { tools } from './tools/index.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Change every field: this is what clients show of your server and what models read first. */
export const content: ServerContent = {
  info: {
    name: 'acme-shop',
    title: 'Acme Shop',
    version: '1.0.0',
    description: 'Orders, products and catalogues of the Acme furniture shop',
    icons: icons.shop,
  },
  instructions: [
    'Acme Shop sells furniture and lamps. Use get_product_info for one product and get_order_status for one order.',
    'cancel_order cancels an order that has not been shipped. send_catalog, send_product_image and send_audio_guide send files.',
    'Ids look like lamp-arc and ORD-1001; acme://pricing lists every product id with its price.',
    'Never guess an order id: ask the customer for it.',
  ].join(' '),
  scopes: [
    { name: 'read', description: 'See products, prices and your own orders', default: true },
    { name: 'orders:write', description: 'Cancel your own orders', default: false },
  ],
  tools,
  resources,
  prompts,
  extensions: { [EXTENSION_ID]: {} },
  cacheHints: {
    // Short, so that a client sees new tools soon after a deployment.
    'tools/list': { ttlMs: 5 * MINUTE_MS, cacheScope: 'private' },
    'prompts/list': { ttlMs: 5 * MINUTE_MS, cacheScope: 'private' },
    'resources/list': { ttlMs: 5 * MINUTE_MS, cacheScope: 'private' },
    'resources/templates/list': { ttlMs: 5 * MINUTE_MS, cacheScope: 'private' },
    'server/discover': { ttlMs: HOUR_MS, cacheScope: 'private' },
  },
};
