import type { RequestListener, Server } from 'node:http';
import type { Agent } from 'node:https';
import express, { type Router } from 'express';
import type { TokenVerifier } from './auth/bearer.js';
import { createAuth } from './auth/index.js';
import { resourceMetadataUrl } from './auth/resource-metadata.js';
import { createSubscriptions } from './changes/subscriptions.js';
import type { Config } from './config/config.js';
import { beginRequest } from './http/begin-request.js';
import { cors } from './http/cors.js';
import { errorHandler, notFound } from './http/error-handler.js';
import { healthRoutes } from './http/health.js';
import { allowedHosts, hostGuard } from './http/host-guard.js';
import { createInProgress } from './http/in-progress.js';
import { createMetrics } from './http/metrics.js';
import { onceOver } from './http/once-over.js';
import { allowedOrigins, originGuard } from './http/origin-guard.js';
import { requestLog } from './http/request-log.js';
import { withPlainTarget } from './http/request-target.js';
import { middleware } from './http/step.js';
import { spellUtf8 } from './http/utf8.js';
import type { Logger } from './logger.js';
import { createAdmission } from './mcp/admission.js';
import { assertContent, type ServerContent } from './mcp/content.js';
import { createServerScope } from './mcp/context.js';
import { createMcpEndpoint } from './mcp/endpoint.js';
import { rpcErrorHandler } from './mcp/error-handler.js';
import { createFastLane } from './mcp/lane/lane.js';
import { createListenCheck } from './mcp/listening.js';
import { createRunningCalls } from './mcp/running-calls.js';
import { createSseEndpoint } from './mcp/sse-endpoint.js';
import { createTurns } from './mcp/turns.js';
import type { Accounts } from './oauth/sign-in/accounts.js';
import type { Store } from './store/database.js';
import { createReadiness } from './store/readiness.js';
import { assertBrand } from './ui/assert-brand.js';
import type { Brand } from './ui/brand.js';
import { errorPages } from './ui/landing/error-page.js';
import { landingRoutes } from './ui/landing/routes.js';
import { wellFormedValue } from './well-formed.js';

/** Each takes a connection and some memory, and only waits. */
const MAX_STREAMS = 2000;

/** Everything `createApp` needs. */
export interface AppOptions<Services> {
  config: Config;
  logger: Logger;
  store: Store;
  services: Services;
  brand: Brand;
  content: ServerContent<Services>;
  accounts: Accounts;
  /** Additional routes that need no sign-in, such as files that answers link to. */
  routes?: Router[];
  /** Verifiers for additional kinds of credentials, tried after the built-in ones. */
  verifiers?: TokenVerifier[];
  /** Fetches client ID metadata documents. Tests pass their own to reach a local host. */
  documentAgent?: Agent;
  /** The most streams that may be open on both transports, over all callers. Tests pass fewer. */
  maxStreams?: number;
}

/** The app, with what the life cycle needs to watch and stop it. */
export interface App {
  /** Answers requests. */
  listener: RequestListener;
  /** Serves the metrics once the caller makes it listen. Set only with `METRICS_PORT`. */
  metricsServer: Server | undefined;
  /** Returns the number of open streams of the legacy SSE transport. */
  openStreams: () => number;
  /**
   * Stops accepting new work: `/readyz` answers 503. Resolves once no MCP call is running on either transport, and no other
   * POST, such as a step of signing in.
   */
  drain: () => Promise<void>;
  /** Ends every stream. Call it after `drain`, or to abandon calls that are still running. */
  close: () => Promise<void>;
}

/** Builds the whole HTTP pipeline, in order. The caller owns the store and the listening socket. */
export async function createApp<Services>(options: AppOptions<Services>): Promise<App> {
  const { config, logger, store, services, content } = options;
  assertBrand(options.brand);
  const isAllowedHost = allowedHosts(config);
  const isAllowedOrigin = allowedOrigins(config);
  const serverScope = await createServerScope(config, store, services);
  assertContent(content, serverScope, logger);
  const running = createRunningCalls(config);
  const streams = createRunningCalls({ ...config, maxInAll: options.maxStreams ?? MAX_STREAMS });
  const turns = createTurns();
  const auth = await createAuth({ ...options, scopes: content.scopes });
  const mayListen = createListenCheck({ identify: auth.identify, logger });
  const mcpOptions = {
    logger,
    content,
    serverScope,
    admission: createAdmission({ running, streams }),
    turns,
    subscriptions: createSubscriptions({ config, content, store, mayListen, logger }),
    resourceMetadataUrl: resourceMetadataUrl(config, '/mcp'),
  };
  const mcp = createMcpEndpoint(mcpOptions);
  const sse = config.enableSse
    ? createSseEndpoint({ logger, content, serverScope, running, streams, turns, mayListen })
    : undefined;
  const metrics =
    config.metricsPort === undefined ? undefined : await createMetrics(content.tools.map(({ name }) => name));
  const begin = beginRequest([requestLog(logger), ...(metrics ? [metrics.observe] : [])]);
  const nothing = notFound(config);
  // All but MCP calls, which count by caller. One that is cut off may have used up a code whose tokens reach nobody.
  const posts = createInProgress();
  let draining = false;

  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', config.trustProxy);
  // For the paths below. The routers of other files match exactly where a proxy has a rule for a path.
  app.enable('case sensitive routing');
  app.set('json replacer', wellFormedValue);
  app.use((_req, res, next) => {
    // Tells proxies not to reuse a connection to a server that is shutting down.
    if (draining) res.set('Connection', 'close');
    next();
  });
  app.use(healthRoutes(createReadiness(store, logger), () => draining));
  app.use(middleware(begin));
  app.use(errorPages(options));
  app.use(hostGuard(isAllowedHost), middleware(spellUtf8));
  // Clients also look for metadata below the endpoint, where a 401 would tell them to sign in first.
  app.use(['/mcp/.well-known', '/sse/.well-known', '/messages/.well-known'], cors('GET'), nothing);
  app.use(
    '/mcp',
    originGuard(isAllowedOrigin),
    cors('POST', isAllowedOrigin),
    auth.protect('/mcp'),
    mcp.router,
  );
  if (sse) {
    app.use(
      ['/sse', '/messages'],
      originGuard(isAllowedOrigin),
      cors('GET, POST', isAllowedOrigin),
      auth.protect('/sse'),
    );
    app.use(sse.router);
  }
  app.use(['/mcp', '/messages'], rpcErrorHandler(logger));
  app.use((req, res, next) => {
    if (req.method === 'POST') {
      posts.add(1);
      onceOver(res, () => posts.add(-1));
    }
    next();
  });
  app.use(auth.routes);
  app.use(landingRoutes(options));
  for (const router of options.routes ?? []) app.use(router);
  app.use(nothing);
  app.use(errorHandler(logger));

  const lane =
    config.fastLane &&
    createFastLane({ ...mcpOptions, identify: auth.identify, begin, isAllowedHost, isAllowedOrigin });
  const withLane = lane ? lane(app) : app;

  return {
    // Only Express tells proxies that the server is shutting down.
    listener: withPlainTarget((req, res) => (draining ? app : withLane)(req, res)),
    metricsServer: metrics?.server,
    openStreams: () => sse?.openStreams() ?? 0,
    drain: async () => {
      draining = true;
      await Promise.all([running.idle(), posts.idle()]);
    },
    close: async () => {
      auth.close();
      sse?.close();
      await mcp.close();
    },
  };
}
