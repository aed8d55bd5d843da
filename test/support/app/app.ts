import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type AppOptions, createApp } from '../../../src/platform/app.js';
import { parseConfig } from '../../../src/platform/config/config.js';
import { createHttpServer } from '../../../src/platform/http/http-server.js';
import { createLogger } from '../../../src/platform/logger.js';
import type { ServerContent } from '../../../src/platform/mcp/content.js';
import type { Store } from '../../../src/platform/store/database.js';
import fixture from '../../platform/fixture/server.js';
import { onReplicas, openAgain, openTestStore, replicaSettings } from './database.js';
import { laneOfRun } from './lane.js';
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
  // Listens at once, because other tests also take free ports.
  const proxy = onReplicas ? await startRoundRobin(Number(environment['PORT'] ?? 0)) : undefined;
  const port = proxy?.port ?? Number(environment['PORT'] ?? (await freePort()));
  const settings: Record<string, string> = {
    PORT: String(port),
    MCP_AUTH_TOKEN: SERVICE_TOKEN,
    ...laneOfRun,
    ...environment,
  };
  const logs: Record<string, unknown>[] = [];
  const store = parts.store ?? (await openTestStore(fixture.migrations));

  async function start(ownStore: Store) {
    const hops = Number(settings['TRUST_PROXY'] ?? 0) + 1;
    const ofReplica = { ...settings, ...replicaSettings(store), TRUST_PROXY: String(hops) };
    const config = parseConfig(proxy ? ofReplica : settings);
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
    const server = createHttpServer(app.listener, times).listen(proxy ? 0 : port, '127.0.0.1');
    // Never closes an idle connection, because on a busy machine a test may be about to use it.
    server.keepAliveTimeout = 0;
    await once(server, 'listening');
    return { app, server };
  }

  const config = parseConfig(settings);
  const stores = [store];
  if (proxy) stores.unshift(await openAgain(store));
  const servers: Awaited<ReturnType<typeof start>>[] = [];
  for (const each of stores) servers.push(await start(each));
  // Replicas would need a port each.
  servers.at(-1)?.app.metricsServer?.listen(config.metricsPort, '127.0.0.1');
  proxy?.forwardTo(servers.map(({ server }) => (server.address() as AddressInfo).port));
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
      for (const each of stores) await each.destroy();
    },
  };
}
