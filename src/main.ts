import { createAccounts } from './accounts/index.js';
import { seedDemoUsers } from './accounts/users.js';
import { banner } from './banner.js';
import { createApp } from './platform/app.js';
import { readEnvironment } from './platform/config.js';
import { describeStartFailure, run } from './platform/lifecycle.js';
import { createLogger } from './platform/logger.js';
import { openStore } from './platform/store/database.js';
import { content } from './server.js';
import { catalogueRoutes } from './shop/catalogue-route.js';
import { seedShop } from './shop/seed.js';

try {
  const config = readEnvironment();
  const logger = createLogger(config);
  const store = await openStore(config.databaseUrl, logger);
  if (config.demoData) {
    await seedDemoUsers(store);
    await seedShop(store);
  }
  const app = await createApp({
    config,
    logger,
    store,
    content,
    accounts: createAccounts(store),
    publicRoutes: [await catalogueRoutes(store)],
  });
  const address = await run({ config, logger, store, app });
  console.error(banner(config, address));
} catch (error) {
  console.error(describeStartFailure(error));
  process.exit(1);
}
