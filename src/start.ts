import { createAccounts } from './accounts/index.js';
import { disableDemoUsers, hasUsers, seedDemoUsers } from './accounts/users.js';
import { banner } from './banner.js';
import { createApp } from './platform/app.js';
import type { Config } from './platform/config.js';
import { run } from './platform/lifecycle.js';
import { createLogger } from './platform/logger.js';
import { openStore } from './platform/store/database.js';
import { content } from './server.js';
import { catalogueRoutes } from './shop/catalogue-route.js';
import { seedShop } from './shop/seed.js';

/**
 * Starts the server and tells a person where it is.
 *
 * @throws when the database or the port can't be had; `describeStartFailure` has words for it
 */
export async function startServer(config: Config): Promise<void> {
  const logger = createLogger(config);
  const store = await openStore(config.databaseUrl, logger);
  if (config.demoData) {
    await seedDemoUsers(store);
    await seedShop(store);
  }
  const disabled = config.demoData ? [] : await disableDemoUsers(store);
  if (disabled.length > 0) logger.warn({ users: disabled }, 'demo users disabled, because DEMO_DATA is off');
  const app = await createApp({
    config,
    logger,
    store,
    content,
    accounts: createAccounts(store),
    publicRoutes: [await catalogueRoutes(store)],
  });
  const address = await run({ config, logger, store, app });
  const nobodyYet = config.authMode === 'builtin' && !(await hasUsers(store));
  console.error(banner(config, address, nobodyYet, disabled));
}
