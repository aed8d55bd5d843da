import { EXTENSION_ID } from '@modelcontextprotocol/ext-apps/server';
import { createAccounts } from './accounts/index.js';
import { accountsMigrations } from './accounts/migrations/index.js';
import { brand, uri } from './brand.js';
import { defineServer } from './platform/define-server.js';
import { mediaFiles } from './platform/http/static-files.js';
import { prompts } from './prompts/index.js';
import { resources } from './resources/index.js';
import { createServices } from './services.js';
import { settings } from './settings.js';
import { catalogueRoutes } from './shop/catalogue/route.js';
import { shopCommands } from './shop/commands.js';
import { shopMigrations } from './shop/migrations/index.js';
import { seedShop } from './shop/seed.js';
import { tools } from './tools/index.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Your whole server on one screen. The platform takes everything that is yours from here. */
export default defineServer({
  brand,
  version: '1.0.0',
  instructions: [
    `${brand.name} sells furniture and lamps. Use get_product_info for one product, get_order_status for one order and track_delivery for its parcel.`,
    'cancel_order cancels an order that has not been shipped. send_catalog, send_product_image and send_audio_guide send files.',
    `Ids look like lamp-arc and ORD-1001; ${uri('pricing')} lists every product id with its price.`,
    'Never guess an order id: ask the customer for it.',
  ].join(' '),
  scopes: [
    { name: 'read', description: 'See products, prices and your own orders', default: true },
    { name: 'orders:write', description: 'Cancel your own orders', default: false },
  ],
  settings,
  services: createServices,
  accounts: createAccounts,
  tools,
  resources,
  prompts,
  extensions: { [EXTENSION_ID]: {} },
  cacheHints: {
    // Short, so that clients see new tools soon after a deployment.
    'tools/list': { ttlMs: 5 * MINUTE_MS, cacheScope: 'private' },
    'prompts/list': { ttlMs: 5 * MINUTE_MS, cacheScope: 'private' },
    'resources/list': { ttlMs: 5 * MINUTE_MS, cacheScope: 'private' },
    'resources/templates/list': { ttlMs: 5 * MINUTE_MS, cacheScope: 'private' },
    'server/discover': { ttlMs: HOUR_MS, cacheScope: 'private' },
  },
  routes: ({ store }) => [catalogueRoutes(store), mediaFiles()],
  migrations: { ...accountsMigrations, ...shopMigrations },
  demoData: seedShop,
  commands: shopCommands,
});
