import type { Server } from 'node:http';
import type { Agent } from 'node:https';
import express, { type Express, type Router } from 'express';
import type { Caller } from './caller.js';
import type { Config } from './config.js';
import { cors } from './http/cors.js';
import { errorHandler, notFound } from './http/errors.js';
import { healthRoutes } from './http/health.js';
import { hostGuard } from './http/host-guard.js';
import { createMetrics } from './http/metrics.js';
import { allowedOrigins, originGuard } from './http/origin-guard.js';
import { requestLog } from './http/request-log.js';
import { staticFiles } from './http/static-files.js';
import type { Logger } from './logger.js';
import { assertContent, type ServerContent, serverDependencies } from './mcp/content.js';
import { createMcpEndpoint } from './mcp/endpoint.js';
import { createRunningCalls } from './mcp/running-calls.js';
import { createSseEndpoint } from './mcp/sse-endpoint.js';
import type { Accounts } from './oauth/accounts.js';
import { callerOf, everyoneIs, requireCaller, type TokenVerifier } from './oauth/bearer.js';
import { externalVerifier } from './oauth/external.js';
import { createOAuth } from './oauth/index.js';
import { resourceMetadataRoutes, resourceMetadataUrl } from './oauth/metadata.js';
import { serviceTokenVerifier, storedServiceTokenVerifier } from './oauth/service-token.js';
import type { Store } from './store/database.js';

/** Everything an app is made of. */
export interface AppOptions {
  config: Config;
  logger: Logger;
  store: Store;
  content: ServerContent;
  accounts: Accounts;
  /** Further credentials that lead to a caller, asked after the static token and our own access tokens. */
  verifiers?: TokenVerifier[];
  /** Further routes that need no sign-in, such as files behind links in answers. */
  publicRoutes?: Router[];
  /** How documents of clients are fetched; tests reach a host of their own with it. */
  documentAgent?: Agent;
}

/** The app, and what the life cycle needs to know of it. */
export interface App {
  express: Express;
  /** Serves the metrics, once it listens on a port of its own; only with `METRICS_PORT`. */
  metricsServer: Server | undefined;
  /** How many streams of the old transport are open. */
  openStreams: () => number;
  /** Stops taking new work: `/readyz` turns 503. Resolves once no MCP call is running, on either transport. */
  drain: () => Promise<void>;
  /** Ends every stream. Call it after `drain`, or to give up on what still runs. */
  close: () => Promise<void>;
}

/** The whole HTTP pipeline, in order. The caller owns the store and the listening socket. */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, logger, store, content, accounts } = options;
  const allScopes = content.scopes.map(({ name }) => name);
  const isAllowedOrigin = allowedOrigins(config);
  const dependencies = await serverDependencies(config, store);
  assertContent(content, dependencies, logger);
  const running = createRunningCalls();
  const mcp = createMcpEndpoint({
    logger,
    content,
    dependencies,
    running,
    resourceMetadataUrl: resourceMetadataUrl(config),
  });
  const oauth =
    config.authMode === 'builtin'
      ? await createOAuth({
          config,
          store,
          logger,
          accounts,
          scopes: content.scopes,
          documentAgent: options.documentAgent,
        })
      : undefined;
  const external = externalProvider(options);
  let draining = false;

  const verifiers: TokenVerifier[] = [
    serviceTokenVerifier(config.serviceTokens, allScopes),
    storedServiceTokenVerifier(store),
    ...(oauth ? [oauth.verifyAccessToken] : []),
    ...(external ? [external.verify] : []),
    ...(options.verifiers ?? []),
  ];
  const local = config.authMode === 'none' ? localCaller(allScopes) : undefined;
  const authenticate =
    local !== undefined
      ? everyoneIs(local)
      : requireCaller({
          verifiers,
          resourceMetadataUrl: resourceMetadataUrl(config),
          scopes: content.scopes.filter((scope) => scope.default).map(({ name }) => name),
        });

  const identify = async (authorization: string | undefined) => local ?? callerOf(authorization, verifiers);
  const sse = config.enableSse
    ? createSseEndpoint({ logger, content, dependencies, running, identify })
    : undefined;

  const metrics =
    config.metricsPort === undefined ? undefined : createMetrics(content.tools.map(({ name }) => name));

  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', config.trustProxy);
  app.use((_req, res, next) => {
    // Tells proxies not to keep a connection to a server that is going away.
    if (draining) res.set('Connection', 'close');
    next();
  });
  app.use(healthRoutes(store, () => draining));
  app.use(requestLog(logger));
  if (metrics) app.use(metrics.middleware);
  app.use(hostGuard(config));
  app.use('/mcp', originGuard(isAllowedOrigin), cors('POST', isAllowedOrigin), authenticate, mcp.router);
  if (sse) {
    app.use(
      ['/sse', '/messages'],
      originGuard(isAllowedOrigin),
      cors('GET, POST', isAllowedOrigin),
      authenticate,
    );
    app.use(sse.router);
  }
  if (oauth) app.use(oauth.router);
  if (external) app.use(external.router);
  for (const router of options.publicRoutes ?? []) app.use(router);
  app.use(staticFiles());
  app.use(notFound);
  app.use(errorHandler(logger));

  return {
    express: app,
    metricsServer: metrics?.server,
    openStreams: () => sse?.openStreams() ?? 0,
    drain: () => {
      draining = true;
      return running.idle();
    },
    close: async () => {
      oauth?.close();
      sse?.close();
      await mcp.close();
    },
  };
}

/** With `AUTH_MODE=external` this server only says where the provider is, and checks its tokens. */
function externalProvider({ config, logger, content }: AppOptions) {
  if (config.authMode !== 'external' || config.externalIssuer === undefined) return undefined;
  const resource = `${config.publicUrl}/mcp`;
  const issuer = config.externalIssuer;
  const audiences = [resource, ...(config.externalAudience === undefined ? [] : [config.externalAudience])];
  return {
    router: resourceMetadataRoutes(resource, issuer, content.scopes),
    verify: externalVerifier({ issuer, audiences, logger }),
  };
}

function localCaller(scopes: string[]): Caller {
  return { kind: 'service', id: 'service:local', name: 'Local developer', scopes, clientId: 'none' };
}
