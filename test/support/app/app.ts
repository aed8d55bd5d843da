import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type AppOptions, createApp } from '../../../src/platform/app.js';
import { type Config, parseConfig } from '../../../src/platform/config/config.js';
import { createHttpServer } from '../../../src/platform/http/http-server.js';
import { createLogger } from '../../../src/platform/logger.js';
import type { ServerContent } from '../../../src/platform/mcp/content.js';
import { openStore, type Store } from '../../../src/platform/store/database.js';
import fixture from '../../platform/fixture/server.js';
import { onReplicas, openTestStore, urlOf } from './database.js';
import { closeServer, freePort, SERVICE_TOKEN } from './port.js';
import { startRoundRobin } from './round-robin.js';

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
 * Starts the whole pipeline in this process, on a real socket, with the given content, environment and parts: one server,
 * or where tests run on replicas, two behind a proxy that sends each request to the other one.
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
  const settings: Record<string, string> = {
    PORT: String(port),
    MCP_AUTH_TOKEN: SERVICE_TOKEN,
    ...environment,
  };
  const logs: Record<string, unknown>[] = [];
  const store = parts.store ?? (await openTestStore(fixture.migrations));

  async function start(config: Config, ownStore: Store, ownPort: number) {
    const app = await createApp({
      config,
      logger: createLogger(config, { write: (line) => void logs.push(JSON.parse(line)) }),
      services: {},
      brand: fixture.brand,
      content: testContent(content),
      accounts: fixture.accounts(ownStore),
      ...parts,
      store: ownStore,
    });
    const server = createHttpServer(app.listener, times).listen(ownPort, '127.0.0.1');
    // Never closes an idle connection, because on a busy machine a test may be about to use it.
    server.keepAliveTimeout = 0;
    app.metricsServer?.listen(config.metricsPort, '127.0.0.1');
    await once(server, 'listening');
    return { app, server };
  }

  async function startReplicas() {
    const other = await openStore(urlOf(store));
    const config = parseConfig({
      ...settings,
      TRUST_PROXY: String(Number(settings['TRUST_PROXY'] ?? 0) + 1),
    });
    const replicas = [await start(config, store, 0), await start(config, other, 0)];
    const ports = replicas.map(({ server }) => (server.address() as AddressInfo).port);
    return { servers: replicas, other, proxy: await startRoundRobin(port, ports) };
  }

  const config = parseConfig(settings);
  const { servers, other, proxy } = onReplicas
    ? await startReplicas()
    : { servers: [await start(config, store, port)] };
  return {
    url: config.publicUrl,
    listening: `http://127.0.0.1:${port}`,
    mcpUrl: `${config.publicUrl}/mcp`,
    store,
    logs,
    openStreams: () => servers.reduce((sum, { app }) => sum + app.openStreams(), 0),
    drain: async () => {
      await Promise.all(servers.map(({ app }) => app.drain()));
    },
    async stop() {
      for (const { app, server } of servers) {
        await app.close();
        app.metricsServer?.close();
        await closeServer(server);
      }
      await proxy?.stop();
      await other?.destroy();
      await store.destroy();
    },
  };
}
