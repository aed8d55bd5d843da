import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { App } from './app.js';
import { type Config, ConfigError } from './config.js';
import type { Logger } from './logger.js';
import type { Store } from './store/database.js';

/** How long running calls may take to finish once the server is told to stop, in milliseconds. */
const DRAIN_TIMEOUT_MS = 10_000;

/**
 * Longer than the 60 seconds after which proxies give up an idle connection: if the server were first, a request could
 * meet the closing connection and fail.
 */
const KEEP_ALIVE_MS = 75_000;

export interface Running {
  config: Pick<Config, 'host' | 'port'>;
  logger: Logger;
  store: Store;
  app: App;
}

/**
 * Listens, and stops in order at SIGTERM or SIGINT: no new connections, running calls finish, the store closes, exit
 * code 0. A second signal ends the process at once.
 *
 * @returns the address it listens on
 * @throws when the port can't be had
 */
export async function run(running: Running): Promise<AddressInfo> {
  const server = createServer(running.app.express);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(running.config.port, running.config.host, resolve);
  });
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) process.exit(1);
    stopping = true;
    void shutDown(server, running, signal);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  return server.address() as AddressInfo;
}

async function shutDown(server: Server, { app, store, logger }: Running, signal: string): Promise<void> {
  logger.info({ signal }, 'stopping');
  server.close();
  await Promise.race([app.drain(), new Promise((resolve) => setTimeout(resolve, DRAIN_TIMEOUT_MS))]);
  await app.close();
  server.closeAllConnections();
  await store.destroy();
  logger.info('stopped');
  process.exit(0);
}

/** Why the server can't start, in words a person can act on, without a stack. */
export function describeStartFailure(error: unknown): string {
  if (error instanceof ConfigError) {
    const problems = error.problems.map((problem) => `  - ${problem}`);
    return ['The server cannot start with these settings:', ...problems].join('\n');
  }
  const { code, message, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE')
    return `Port ${port} is in use. Stop the other program, or set PORT to a free one.`;
  if (code === 'EACCES' && port !== undefined) return `Port ${port} is reserved. Set PORT to one above 1023.`;
  return `The server cannot start: ${message}`;
}
