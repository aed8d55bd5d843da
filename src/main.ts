import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { seedDemoUsers } from './accounts/users.js';
import { banner } from './banner.js';
import { type App, createApp } from './platform/app.js';
import { ConfigError, readEnvironment } from './platform/config.js';
import { createLogger, type Logger } from './platform/logger.js';
import { openStore, type Store } from './platform/store/database.js';
import { content } from './server.js';
import { seedShop } from './shop/seed.js';

/** How long running calls may take to finish once the server is told to stop, in milliseconds. */
const DRAIN_TIMEOUT_MS = 10_000;

try {
  await start();
} catch (error) {
  console.error(describeStartFailure(error));
  process.exit(1);
}

/** Reads the configuration, opens the store, listens, and stops in order when told to. */
async function start(): Promise<void> {
  const config = readEnvironment();
  const logger = createLogger(config);
  const store = await openStore(config.databaseUrl);
  if (config.demoData) {
    await seedDemoUsers(store);
    await seedShop(store);
  }
  const app = await createApp({ config, logger, store, content });
  const server = createServer(app.express);
  await listen(server, config.port, config.host);
  stopOnSignal(server, app, store, logger);
  console.error(banner(config, server.address() as AddressInfo));
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** First signal: finish what runs, then leave. Second signal: leave at once. */
function stopOnSignal(server: Server, app: App, store: Store, logger: Logger): void {
  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) process.exit(1);
    stopping = true;
    logger.info({ signal }, 'stopping');
    server.close();
    await Promise.race([app.drain(), new Promise((resolve) => setTimeout(resolve, DRAIN_TIMEOUT_MS))]);
    await app.close();
    server.closeAllConnections();
    await store.destroy();
    logger.info('stopped');
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** What a person needs to put right, without a stack. */
function describeStartFailure(error: unknown): string {
  if (error instanceof ConfigError) {
    return [
      'The server cannot start with these settings:',
      ...error.problems.map((problem) => `  - ${problem}`),
    ].join('\n');
  }
  const { code, message, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE')
    return `Port ${port} is in use. Stop the other program, or set PORT to a free one.`;
  if (code === 'EACCES' && port !== undefined)
    return `Port ${port} may not be used by this user. Set PORT to one above 1023.`;
  return `The server cannot start: ${message}`;
}
