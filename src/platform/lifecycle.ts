import type { Server } from 'node:http';
import { type AddressInfo, Server as NetServer } from 'node:net';
import { setTimeout as elapsed, setImmediate as turnOfEventLoop } from 'node:timers/promises';
import type { App } from './app.js';
import { type Config, ConfigError } from './config/config.js';
import type { Closeable } from './define-server.js';
import { createHttpServer } from './http/http-server.js';
import type { Logger } from './logger.js';
import { cancelQueries, type Store } from './store/database.js';

/** The minimum time running calls get to finish once the server is told to stop, in milliseconds. */
const MIN_DRAIN_MS = 10_000;

/**
 * Longer than the 60 seconds after which proxies close an idle connection, in milliseconds. If the server closed it
 * first, a request could arrive on the closing connection and fail.
 */
const KEEP_ALIVE_MS = 75_000;

/**
 * How long no request may have arrived before kept-alive connections are cut, in milliseconds. While draining, each
 * answer closes its connection, so a proxy with traffic uses up its connections by itself.
 */
const LINGER_MS = 500;

/** How long connections are still accepted when new ones never cease to arrive, in milliseconds. */
const ACCEPT_MS = 2000;

/** The longest turn of the event loop that counts as idle, in milliseconds. On a busy machine many are longer. */
const SHORT_TURN_MS = 0.5;

/** How long services may take to close, and as long a start that is to stop, in milliseconds. */
const CLOSE_TIMEOUT_MS = 5000;

/** How long before the end of the drain queries are cancelled, in milliseconds, so that their calls still answer. */
const CANCEL_BEFORE_MS = 3000;

/** A server that is about to listen, with everything to close after it. */
export interface Running {
  config: Pick<Config, 'host' | 'port' | 'metricsPort' | 'toolTimeoutMs'>;
  logger: Logger;
  store: Store;
  app: App;
  /** Closed after the app and before the store. */
  services: Closeable;
}

/**
 * Listens, and shuts down in order on SIGTERM or SIGINT: refuses new connections, lets running calls finish, closes the
 * store, and exits with code 0. A second signal ends the process at once.
 *
 * @returns the address it listens on
 * @throws when the port is not available
 */
export async function run(running: Running): Promise<AddressInfo> {
  const server = createHttpServer(running.app.listener);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const { host, port, metricsPort } = running.config;
  await listen(server, port, host, 'PORT');
  if (running.app.metricsServer && metricsPort)
    await listen(running.app.metricsServer, metricsPort, host, 'METRICS_PORT');
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

/** @param variable the name of the port's setting, for the error message */
function listen(server: Server, port: number, host: string, variable: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(Object.assign(error, { host, port, variable })));
    server.listen(port, host, resolve);
  });
}

/** Returns how long to wait for running calls, in milliseconds. No call is cut off before its own time limit. */
export function drainTime(toolTimeoutMs: number): number {
  return Math.max(MIN_DRAIN_MS, toolTimeoutMs + 1000);
}

/**
 * Lets SIGTERM and SIGINT end a start that is waiting, such as for another server's migrations. As the first process of a
 * container, it would otherwise get neither.
 *
 * @returns `signal`, which aborts the start, and `done`, to call once the server runs
 */
export function stopWhileStarting(logger: Pick<Logger, 'info'>): { signal: AbortSignal; done: () => void } {
  const controller = new AbortController();
  const stop = (signal: string) => {
    if (controller.signal.aborted) process.exit(1);
    logger.info({ signal }, 'stopping before the start is complete');
    controller.abort();
    setTimeout(() => process.exit(1), CLOSE_TIMEOUT_MS).unref();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  const done = () => void process.off('SIGTERM', stop).off('SIGINT', stop);
  return { signal: controller.signal, done };
}

async function shutDown(server: Server, running: Running, signal: string): Promise<void> {
  const { app, config, store, services, logger } = running;
  // Comes before the drain, whose answers close their connections: a proxy would then open new ones to a socket that is
  // about to close.
  await stopListening(server);
  logger.info({ signal }, 'stopping');
  const drainMs = drainTime(config.toolTimeoutMs);
  // Whatever waits for the database fails soon enough for its call to answer.
  setTimeout(() => cancelQueries(store), drainMs - CANCEL_BEFORE_MS).unref();
  await Promise.race([untilQuiet(server, app), elapsed(drainMs)]);
  await app.close();
  server.closeAllConnections();
  const closed = [await closeServices(services, logger), await closeStore(store, logger)];
  logger.info('stopped');
  process.exit(closed.every(Boolean) ? 0 : 1);
}

/** Closes the services. Logs a failure, so that the store is closed in any case. @returns whether it succeeded */
export async function closeServices(services: Closeable, logger: Pick<Logger, 'error'>): Promise<boolean> {
  try {
    const deadline = elapsed(CLOSE_TIMEOUT_MS, 'late' as const, { ref: false });
    if ((await Promise.race([services.close?.(), deadline])) !== 'late') return true;
    logger.error({ timeoutMs: CLOSE_TIMEOUT_MS }, 'the services did not close in time');
  } catch (error) {
    logger.error({ err: error }, 'the services could not be closed');
  }
  return false;
}

/** Closes the store. Logs a failure, such as a full disk. @returns whether it succeeded */
async function closeStore(store: Store, logger: Pick<Logger, 'error'>): Promise<boolean> {
  try {
    await store.destroy();
    return true;
  } catch (error) {
    logger.error({ err: error }, 'the database could not be closed');
    return false;
  }
}

/**
 * Stops listening, without cutting connections as the HTTP server's own `close` would: on an idle one, a proxy may be
 * sending a request right now.
 *
 * Closing the socket resets the connections that wait in its queue, and a proxy does not send a POST again. A turn of
 * the event loop accepts one of them. So the socket is closed behind a turn that brought none and was over before much
 * can have arrived, or after `ACCEPT_MS`.
 */
async function stopListening(server: Server): Promise<void> {
  // Has the function compiled. Otherwise, connections would arrive while it is.
  new NetServer().close();
  const deadline = performance.now() + ACCEPT_MS;
  let quiet = false;
  const onConnection = () => {
    quiet = false;
  };
  server.on('connection', onConnection);
  // The signal arrives in the middle of a turn. The first whole turn is the next one.
  await turnOfEventLoop();
  while (!quiet && performance.now() < deadline) {
    quiet = true;
    const begun = performance.now();
    await turnOfEventLoop();
    if (performance.now() - begun > SHORT_TURN_MS) quiet = false;
  }
  NetServer.prototype.close.call(server);
  server.off('connection', onConnection);
}

/** Waits until no call is running and no request has arrived for `LINGER_MS`. */
async function untilQuiet(server: Server, app: App): Promise<void> {
  let quietSince = performance.now();
  server.on('request', () => {
    quietSince = performance.now();
  });
  let left = LINGER_MS;
  while (left > 0) {
    await app.drain();
    await elapsed(left);
    // Lets requests that have already arrived be read first, even on a busy machine.
    await turnOfEventLoop();
    left = quietSince + LINGER_MS - performance.now();
  }
}

/** A system error, or one from `listen` with the address and the variable of its port. */
type ListenError = NodeJS.ErrnoException & { host?: string; port?: number; variable?: string };

/** Describes why the server cannot start so that a person can act on it: one line or a list of settings, no stack. */
export function describeStartFailure(error: unknown): string {
  if (error instanceof ConfigError) {
    const problems = error.problems.map((problem) => `  - ${problem}`);
    return ['The server cannot start with these settings:', ...problems].join('\n');
  }
  const { code, message } = error as ListenError;
  const remedy = describeListenFailure(error as ListenError);
  if (remedy !== undefined) return remedy;
  // A refused connection to a host with several IP addresses has a code and no message.
  const reason = message || code || String(error);
  return `The server cannot start: ${reason.trim().replace(/\s*\n\s*(- )?/g, '; ')}`;
}

/** Says what to do when the server cannot listen; `undefined` for other errors. */
function describeListenFailure({ code, host, port, variable }: ListenError): string | undefined {
  if (variable === undefined || port === undefined) return undefined;
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use. Stop the other program, or start on another: ${variable}=${port + 1} npm start`;
    case 'EACCES':
      return `Port ${port} is reserved. Set ${variable} to one above 1023.`;
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EINVAL':
      return `This machine has no address ${host}. Set HOST to one of its addresses, or to 0.0.0.0 for all of them.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The name ${host} has no address. Set HOST to an address of this machine, such as 127.0.0.1 or 0.0.0.0.`;
    default:
      return undefined;
  }
}
