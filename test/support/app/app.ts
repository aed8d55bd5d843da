import { once } from 'node:events';
import { type AppOptions, createApp } from '../../../src/platform/app.js';
import { parseConfig } from '../../../src/platform/config/config.js';
import { createHttpServer } from '../../../src/platform/http/http-server.js';
import { createLogger } from '../../../src/platform/logger.js';
import type { ServerContent } from '../../../src/platform/mcp/content.js';
import { openStore, type Store } from '../../../src/platform/store/database.js';
import fixture from '../../platform/fixture/server.js';
import { closeServer, freePort, SERVICE_TOKEN } from './port.js';

/** Makes content that holds only what a test needs. */
export function testContent(parts: Partial<ServerContent>): ServerContent {
  return {
    info: { name: 'test', version: '1.0.0' },
    instructions: '',
    scopes: fixture.scopes,
    tools: [],
    resources: [],
    prompts: [],
    ...parts,
  };
}

export interface TestApp {
  url: string;
  /** The address it actually listens on, whatever PUBLIC_URL says. */
  listening: string;
  mcpUrl: string;
  store: Store;
  /** The log lines so far, parsed. */
  logs: Record<string, unknown>[];
  openStreams: () => number;
  drain: () => Promise<void>;
  stop: () => Promise<void>;
}

/**
 * Starts the whole pipeline in this process, on a real socket, with the given content, environment and parts.
 *
 * @param times how long requests may take to arrive
 */
export async function startApp(
  content: Partial<ServerContent>,
  environment: Record<string, string> = {},
  parts: Partial<AppOptions<unknown>> = {},
  times?: Parameters<typeof createHttpServer>[1],
): Promise<TestApp> {
  const port = Number(environment['PORT'] ?? (await freePort()));
  const config = parseConfig({ PORT: String(port), MCP_AUTH_TOKEN: SERVICE_TOKEN, ...environment });
  const logs: Record<string, unknown>[] = [];
  const logger = createLogger(config, { write: (line) => void logs.push(JSON.parse(line)) });
  const store = parts.store ?? (await openStore('file::memory:', { migrations: fixture.migrations }));
  const app = await createApp({
    config,
    logger,
    store,
    services: {},
    brand: fixture.brand,
    content: testContent(content),
    accounts: fixture.accounts(store),
    ...parts,
  });
  const server = createHttpServer(app.listener, times).listen(port, '127.0.0.1');
  // Never closes an idle connection, because on a busy machine a test may be about to use it.
  server.keepAliveTimeout = 0;
  app.metricsServer?.listen(config.metricsPort, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: config.publicUrl,
    listening: `http://127.0.0.1:${port}`,
    mcpUrl: `${config.publicUrl}/mcp`,
    store,
    logs,
    openStreams: app.openStreams,
    drain: app.drain,
    async stop() {
      await app.close();
      app.metricsServer?.close();
      await closeServer(server);
      await store.destroy();
    },
  };
}
