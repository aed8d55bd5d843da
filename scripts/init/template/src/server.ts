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
import { tools } from './tools/index.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Your whole server on one screen. The platform gets everything that is yours from here. */
export default defineServer({
  brand,
  version: '1.0.0',
  instructions: `The server of ${brand.name}. Read ${uri('about')} before you answer questions about us.`,
  scopes: [{ name: 'read', description: 'See what is open to everyone who signs in', default: true }],
  settings,
  services: createServices,
  accounts: createAccounts,
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
  routes: () => [mediaFiles()],
  migrations: { ...accountsMigrations },
});
