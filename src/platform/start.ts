import { createApp } from './app.js';
import { banner } from './banner.js';
import type { Environment } from './config/config.js';
import type { VariableTable } from './config/variable.js';
import { type Closeable, contentOf, type ServerDefinition } from './define-server.js';
import { closeServices, run } from './lifecycle.js';
import { createLogger } from './logger.js';
import { createRecords } from './oauth/records.js';
import { prepareAccounts } from './oauth/sign-in/prepare-accounts.js';
import { logProcessFaults } from './process-log.js';
import { openStore } from './store/database.js';

/**
 * Starts a server and prints the banner.
 *
 * @throws when the database or the port is not available; pass the error to `describeStartFailure`
 */
export async function startServer<Variables extends VariableTable, Services extends Closeable>(
  definition: ServerDefinition<Variables, Services>,
  { config, settings, notices }: Environment<Variables>,
): Promise<void> {
  const { brand, migrations, scopes, demoData } = definition;
  const logger = createLogger(config);
  logProcessFaults(logger);
  for (const notice of notices) logger.warn(notice);
  const store = await openStore(config.databaseUrl, { migrations, logger, limits: config });
  const services = await definition.services({ settings, store, log: logger, demoData: config.demoData });
  try {
    const accounts = definition.accounts(store);
    const { grants } = createRecords({ config, store, logger, accounts });
    const { hasNoUsers, disabled } = await prepareAccounts({ config, accounts, grants, scopes, logger });
    if (config.demoData) await demoData?.(store);
    const routes = await Promise.all(definition.routes?.({ brand, services, store }) ?? []);
    const app = await createApp({
      config,
      logger,
      store,
      services,
      brand,
      content: contentOf(definition),
      accounts,
      routes,
    });
    const address = await run({ config, logger, store, app, services });
    console.error(banner({ config, brand, address, accounts, hasNoUsers, disabled }));
  } catch (error) {
    // What services have started, such as a process, must not outlive a server that never ran.
    await closeServices(services, logger);
    throw error;
  }
}
