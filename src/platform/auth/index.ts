import type { Agent } from 'node:https';
import { type RequestHandler, Router } from 'express';
import type { Caller, Identify } from '../caller.js';
import type { Config } from '../config/config.js';
import type { Logger } from '../logger.js';
import { createOAuth } from '../oauth/index.js';
import type { Accounts } from '../oauth/sign-in/accounts.js';
import type { Scope } from '../scopes.js';
import type { Store } from '../store/database.js';
import type { Brand } from '../ui/brand.js';
import { authenticateAs, createIdentify, requireCaller, type TokenVerifier } from './bearer.js';
import { externalVerifier } from './external.js';
import {
  type Endpoint,
  endpointsOf,
  resourceMetadataRoutes,
  resourceMetadataUrl,
  resourceOf,
} from './resource-metadata.js';
import { createServiceTokens, serviceTokenVerifier } from './service-token.js';

export interface AuthOptions {
  config: Config;
  logger: Logger;
  store: Store;
  brand: Brand;
  accounts: Accounts;
  scopes: Scope[];
  /** Verifiers for additional kinds of credentials, tried after the built-in ones. */
  verifiers?: TokenVerifier[] | undefined;
  /** Fetches client ID metadata documents. Tests pass their own to reach a local host. */
  documentAgent?: Agent | undefined;
}

/** Identifies callers, and serves everything a sign-in needs. */
export interface Auth {
  /**
   * Makes the handler that lets only known callers through, and stores the caller in the request's locals. A caller who
   * is already there is not checked again.
   *
   * @param endpoint whose metadata the challenge names
   */
  protect: (endpoint: Endpoint) => RequestHandler;
  /** Checks a caller for those who answer without `protect`, or go on after it. */
  identify: Identify;
  /** The routes for discovery and sign-in. */
  routes: Router;
  /** Stops background work. */
  close: () => void;
}

/** Creates the authentication that `AUTH_MODE` selects. */
export async function createAuth(options: AuthOptions): Promise<Auth> {
  const { config, logger, scopes } = options;
  const resources = endpointsOf(config).map((endpoint) => resourceOf(config, endpoint));
  switch (config.authMode) {
    case 'none':
      return localAuth(scopes);
    case 'external': {
      const issuer = config.externalIssuer ?? '';
      const audiences = [
        ...resources,
        ...(config.externalAudience === undefined ? [] : [config.externalAudience]),
      ];
      return tokenAuth(options, {
        issuer,
        routes: [],
        verifier: externalVerifier({ issuer, audiences, logger }),
        close: () => {},
      });
    }
    case 'builtin': {
      const { router, verifyAccessToken, clientName, close } = await createOAuth({
        ...options,
        resource: resourceOf(config, '/mcp'),
        aliases: resources,
      });
      return tokenAuth(options, {
        issuer: config.publicUrl,
        routes: [router],
        verifier: verifyAccessToken,
        clientName,
        close,
      });
    }
  }
}

/** Treats everyone on this machine as the same caller, for `AUTH_MODE=none`. */
function localAuth(scopes: Scope[]): Auth {
  const caller: Caller = {
    kind: 'service',
    id: 'service:local',
    name: 'Local developer',
    scopes: scopes.map(({ name }) => name),
    clientId: 'none',
  };
  return {
    protect: () => authenticateAs(caller),
    identify: () => ({ caller }),
    routes: Router(),
    close: () => {},
  };
}

/** The issuer of access tokens: this server or an external identity provider. */
interface AuthorizationServer {
  issuer: string;
  routes: Router[];
  verifier: TokenVerifier;
  /** Returns the registered name of a client, for the log. */
  clientName?: (clientId: string) => Promise<string | undefined>;
  close: () => void;
}

/** Accepts bearer tokens of services, and of the authorization server that the metadata names. */
function tokenAuth(
  { config, logger, store, scopes, verifiers: further = [] }: AuthOptions,
  server: AuthorizationServer,
): Auth {
  const names = scopes.map(({ name }) => name);
  const verifiers = [
    serviceTokenVerifier(config.mcpAuthToken, names),
    createServiceTokens(store).verify,
    server.verifier,
    ...further,
  ];
  const identify = createIdentify(verifiers, server.clientName);
  const routes = Router();
  routes.use(resourceMetadataRoutes(config, server.issuer, scopes), ...server.routes);
  return {
    protect: (endpoint) =>
      requireCaller({
        identify,
        resourceMetadataUrl: resourceMetadataUrl(config, endpoint),
        scopes: names,
        logger,
      }),
    identify: (authorization) => identify(authorization),
    routes,
    close: server.close,
  };
}
