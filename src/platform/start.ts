import { createApp } from './app.js';
import { banner } from './banner.js';
import type { Environment } from './config/config.js';
import type { VariableTable } from './config/variable.js';
import { type Closeable, contentOf, type ServerDefinition } from './define-server.js';
import { run } from './lifecycle.js';
import { createLogger } from './logger.js';
import { createGrants } from './oauth/tokens/grants.js';
import { openStore } from './store/database.js';

/**
 * Starts a server and tells a person where it is.
 *
 * @throws when the database or the port can't be had; `describeStartFailure` has words for it
 */
export async function startServer<Variables extends VariableTable, Services extends Closeable>(
  definition: ServerDefinition<Variables, Services>,
  { config, settings }: Environment<Variables>,
): Promise<void> {
  const { brand, migrations, scopes, demoData } = definition;
  const logger = createLogger(config);
  const store = await openStore(config.databaseUrl, { migrations, logger });
  const services = await definition.services({ settings, store, log: logger, demoData: config.demoData });
  const accounts = definition.accounts(store);
  let disabled: string[] = [];
  if (config.demoData) {
    await accounts.seed?.(scopes.map(({ name }) => name));
    await demoData?.(store);
  } else {
    disabled = (await accounts.disableSeeded?.()) ?? [];
    for (const username of disabled) await createGrants(store).endAll({ username });
  }
  if (disabled.length > 0) logger.warn({ users: disabled }, 'demo users disabled, because DEMO_DATA is off');
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
  const hasNoUsers = config.authMode === 'builtin' && ((await accounts.isEmpty?.()) ?? false);
  console.error(banner({ config, brand, address, accounts, hasNoUsers, disabled }));
}
