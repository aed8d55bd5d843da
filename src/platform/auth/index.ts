import type { Agent } from 'node:https';
import { type RequestHandler, Router } from 'express';
import type { Caller } from '../caller.js';
import type { Config } from '../config/config.js';
import type { Logger } from '../logger.js';
import { createOAuth } from '../oauth/index.js';
import type { Accounts } from '../oauth/sign-in/accounts.js';
import type { Scope } from '../scopes.js';
import type { Store } from '../store/database.js';
import type { Brand } from '../ui/brand.js';
import { authenticate, authenticateAs, requireCaller, type TokenVerifier } from './bearer.js';
import { externalVerifier } from './external.js';
import { resourceMetadataRoutes, resourceMetadataUrl, resourceOf } from './resource-metadata.js';
import { createServiceTokens, serviceTokenVerifier } from './service-token.js';

export interface AuthOptions {
  config: Config;
  logger: Logger;
  store: Store;
  brand: Brand;
  accounts: Accounts;
  scopes: Scope[];
  /** Further credentials that lead to a caller, asked after all others. */
  verifiers?: TokenVerifier[] | undefined;
  /** How documents of clients are fetched; tests reach a host of their own with it. */
  documentAgent?: Agent | undefined;
}

/** Who calls, and everything a sign-in needs. */
export interface Auth {
  /** Lets only known callers through, and puts the caller into the request's locals. */
  middleware: RequestHandler;
  /**
   * Whom an Authorization header identifies at this moment.
   *
   * @throws {UnavailableError} when that can't be told right now
   */
  identify: (authorization: string | undefined) => Promise<Caller | undefined>;
  /** Discovery and sign-in. */
  routes: Router;
  /** Ends the background work. */
  close: () => void;
}

/** What `AUTH_MODE` decides, in one place. */
export async function createAuth(options: AuthOptions): Promise<Auth> {
  const { config, logger, scopes } = options;
  const resource = resourceOf(config);
  switch (config.authMode) {
    case 'none':
      return localAuth(scopes);
    case 'external': {
      const issuer = config.externalIssuer ?? '';
      const audiences = [
        resource,
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
      const { router, verifyAccessToken, clientName, close } = await createOAuth({ ...options, resource });
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

/** With `AUTH_MODE=none` everyone on this machine is the same caller. */
function localAuth(scopes: Scope[]): Auth {
  const caller: Caller = {
    kind: 'service',
    id: 'service:local',
    name: 'Local developer',
    scopes: scopes.map(({ name }) => name),
    clientId: 'none',
  };
  return {
    middleware: authenticateAs(caller),
    identify: async () => caller,
    routes: Router(),
    close: () => {},
  };
}

/** Where access tokens come from: this server, or an identity provider elsewhere. */
interface AuthorizationServer {
  issuer: string;
  routes: Router[];
  verifier: TokenVerifier;
  /** The registered name of a client, for the log. */
  clientName?: (clientId: string) => Promise<string | undefined>;
  close: () => void;
}

/** Bearer tokens: of services, and of the authorization server that the metadata names. */
function tokenAuth(
  { config, logger, store, scopes, verifiers: further = [] }: AuthOptions,
  server: AuthorizationServer,
): Auth {
  const verifiers = [
    serviceTokenVerifier(
      config.mcpAuthToken,
      scopes.map(({ name }) => name),
    ),
    createServiceTokens(store).verify,
    server.verifier,
    ...further,
  ];
  const routes = Router();
  routes.use(resourceMetadataRoutes(resourceOf(config), server.issuer, scopes), ...server.routes);
  return {
    middleware: requireCaller({
      verifiers,
      resourceMetadataUrl: resourceMetadataUrl(config),
      scopes: scopes.filter((scope) => scope.default).map(({ name }) => name),
      logger,
      clientName: server.clientName,
    }),
    identify: (authorization) => authenticate(authorization, verifiers),
    routes,
    close: server.close,
  };
}
