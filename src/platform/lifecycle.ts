import { createServer, type Server } from 'node:http';
import { type AddressInfo, Server as NetServer } from 'node:net';
import { setTimeout as elapsed } from 'node:timers/promises';
import type { App } from './app.js';
import { type Config, ConfigError } from './config.js';
import type { Logger } from './logger.js';
import type { Store } from './store/database.js';

/** What running calls get at least to finish once the server is told to stop, in milliseconds. */
const MIN_DRAIN_MS = 10_000;

/**
 * Longer than the 60 seconds after which proxies give up an idle connection: if the server were first, a request could
 * meet the closing connection and fail.
 */
const KEEP_ALIVE_MS = 75_000;

/** How long kept connections may carry one more request, whose answer ends them, in milliseconds. */
const LINGER_MS = 300;

/** A server that is about to listen, and what has to be closed after it. */
export interface Running {
  config: Pick<Config, 'host' | 'port' | 'metricsPort' | 'toolTimeoutMs'>;
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
  const { host, port, metricsPort } = running.config;
  await listen(server, port, host);
  if (running.app.metricsServer && metricsPort) await listen(running.app.metricsServer, metricsPort, host);
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

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}

/** How long running calls may take to finish: no call is cut off within its own time. In milliseconds. */
export function drainTime(toolTimeoutMs: number): number {
  return Math.max(MIN_DRAIN_MS, toolTimeoutMs + 1000);
}

async function shutDown(server: Server, running: Running, signal: string): Promise<void> {
  const { app, config, store, logger } = running;
  // Only the listening ends here. The method of the http server would also cut idle connections, on which a proxy may
  // be sending a request at this moment.
  NetServer.prototype.close.call(server);
  logger.info({ signal }, 'stopping');
  const idle = app.drain().then(() => elapsed(LINGER_MS).then(app.drain));
  await Promise.race([idle, elapsed(drainTime(config.toolTimeoutMs))]);
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
  if (code === 'EADDRINUSE') return `Port ${port} is in use. Stop the other program, or choose a free one.`;
  if (code === 'EACCES' && port !== undefined) return `Port ${port} is reserved. Set PORT to one above 1023.`;
  return `The server cannot start: ${message}`;
}
