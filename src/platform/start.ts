import { createApp } from './app.js';
import { banner } from './banner.js';
import type { Environment } from './config/config.js';
import type { VariableTable } from './config/variable.js';
import { type Closeable, contentOf, type ServerDefinition } from './define-server.js';
import { closeServices, run, stopWhileStarting } from './lifecycle.js';
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
  const stopping = stopWhileStarting(logger);
  const { signal } = stopping;
  let services: Services | undefined;
  try {
    const store = await openStore(config.databaseUrl, { migrations, logger, limits: config, signal });
    services = await definition.services({ settings, store, log: logger, demoData: config.demoData });
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
    signal.throwIfAborted();
    const address = await run({ config, logger, store, app, services });
    // Now that it takes signals itself. One that came meanwhile ends it here.
    stopping.done();
    signal.throwIfAborted();
    console.error(banner({ config, brand, address, accounts, hasNoUsers, disabled }));
  } catch (error) {
    // What services have started, such as a process, must not outlive a server that never ran.
    if (services) await closeServices(services, logger);
    if (!signal.aborted) throw error;
    logger.info('stopped');
    process.exit(0);
  }
}
