import type { Agent } from 'node:https';
import { Router } from 'express';
import type { Caller } from '../caller.js';
import type { Config } from '../config/config.js';
import type { Logger } from '../logger.js';
import type { Scope } from '../scopes.js';
import type { Store } from '../store/database.js';
import type { Brand } from '../ui/brand.js';
import { createClientDocuments } from './clients/client-documents.js';
import { createClients } from './clients/clients.js';
import { oauthErrorHandler } from './common/errors.js';
import type { OAuthContext } from './context.js';
import { authorizeRoutes } from './endpoints/authorize.js';
import { loginRoutes } from './endpoints/login.js';
import { serverMetadataRoutes } from './endpoints/metadata.js';
import { registerRoutes } from './endpoints/register.js';
import { tokenRoutes } from './endpoints/token.js';
import { createRecords } from './records.js';
import type { Accounts } from './sign-in/accounts.js';
import { createPages } from './sign-in/pages.js';
import { createPasswordChecks } from './sign-in/password-checks.js';
import { createUserDirectory } from './sign-in/user-directory.js';
import { createAccessTokens } from './tokens/access-token.js';
import { createSigningKeys } from './tokens/keys.js';
import { startSweeping } from './tokens/sweep.js';

export interface OAuthOptions {
  config: Config;
  store: Store;
  logger: Logger;
  accounts: Accounts;
  brand: Brand;
  scopes: Scope[];
  /** The identifier of the MCP endpoint, the only audience of our tokens (RFC 8707). */
  resource: string;
  /** How documents of clients are fetched; tests reach a host of their own with it. */
  documentAgent?: Agent | undefined;
}

export interface OAuth {
  router: Router;
  /**
   * Who an access token stands for, or `undefined` when it is invalid, expired, revoked, or its user is gone.
   *
   * @throws {UnavailableError} when the user directory does not answer
   */
  verifyAccessToken: (token: string) => Promise<Caller | undefined>;
  /** Ends the background work. */
  close: () => void;
}

/** The authorization server: discovery, registration, sign-in, tokens. */
export async function createOAuth(options: OAuthOptions): Promise<OAuth> {
  const { config, store, logger, accounts, brand, scopes, resource } = options;
  const issuer = config.publicUrl;
  const users = createUserDirectory(accounts, logger);
  const records = createRecords({ config, store, logger, accounts: { findUser: users.find } });
  const { grants, limits, registeredClients, requests, keyStore, expiring } = records;
  const keys = await createSigningKeys(keyStore, logger);
  const documents = createClientDocuments(config.cimdAllowedDomains, options.documentAgent);
  const context: OAuthContext = {
    config,
    logger,
    users,
    pages: createPages(brand),
    scopes,
    issuer,
    resource,
    grants,
    limits,
    registeredClients,
    requests,
    keys,
    clients: createClients(registeredClients, documents, limits),
    accessTokens: createAccessTokens(keys, { issuer, resource, lifetime: config.accessTokenTtl }),
    passwordChecks: createPasswordChecks(),
  };

  const router = Router();
  router.use(serverMetadataRoutes(context));
  if (config.enableDcr) router.use(registerRoutes(context));
  router.use(authorizeRoutes(context));
  router.use(loginRoutes(context));
  router.use(tokenRoutes(context));
  router.use(oauthErrorHandler);
  return {
    router,
    verifyAccessToken: (token) => verifyAccessToken(context, token),
    close: startSweeping(expiring, logger),
  };
}

async function verifyAccessToken({ accessTokens, grants, users }: OAuthContext, token: string) {
  const claims = await accessTokens.verify(token);
  const username = claims && (await grants.usernameFor(claims));
  const user = username === undefined ? undefined : await users.findRecent(username);
  if (claims === undefined || user === undefined) return undefined;
  const caller: Caller = {
    kind: 'user',
    id: user.id,
    name: user.name,
    // What the user may no longer allow, no token allows either.
    scopes: claims.scope.split(' ').filter((scope) => user.scopes.includes(scope)),
    clientId: claims.client_id,
  };
  return caller;
}
