import type { AppOptions } from '../../../src/platform/app.js';
import { parseConfig } from '../../../src/platform/config/config.js';
import { contentOf } from '../../../src/platform/define-server.js';
import { createLogger } from '../../../src/platform/logger.js';
import type { ServerContent } from '../../../src/platform/mcp/content.js';
import fixture from '../../platform/fixture/server.js';
import { startApp, type TestApp } from './app.js';
import { openNewDatabase, urlOf } from './database.js';

/** The fixture in this process. A test can open its database alongside the server. */
export interface FixtureApp extends TestApp {
  databaseUrl: string;
  /** The log so far, as text. */
  output: () => string;
}

/** Starts the whole fixture in this process, with its demo users. Only tests that end a server need another process. */
export async function startFixture(
  environment: Record<string, string> = {},
  parts: Partial<AppOptions<unknown>> = {},
  times?: Parameters<typeof startApp>[3],
): Promise<FixtureApp> {
  const store = parts.store ?? (await openNewDatabase(fixture.migrations));
  const scopes = fixture.scopes.map(({ name }) => name);
  await fixture.accounts(store).seed?.(scopes);
  await fixture.demoData?.(store);
  const services = await fixture.services({
    settings: { notesLimit: 100, notesClose: 'works' },
    store,
    log: createLogger(parseConfig({ LOG_LEVEL: 'silent' })),
    demoData: true,
  });
  const routes = await Promise.all(fixture.routes?.({ brand: fixture.brand, services, store }) ?? []);
  const content = contentOf(fixture) as Partial<ServerContent>;
  const app = await startApp(content, environment, { services, routes, ...parts, store }, times);
  return {
    ...app,
    databaseUrl: urlOf(store),
    output: () => app.logs.map((line) => JSON.stringify(line)).join('\n'),
  };
}
