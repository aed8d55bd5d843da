import type { Agent } from 'node:https';
import { Router } from 'express';
import type { Caller } from '../caller.js';
import type { Config } from '../config/config.js';
import { quoted } from '../log-text.js';
import type { Logger } from '../logger.js';
import type { Scope } from '../scopes.js';
import type { Store } from '../store/database.js';
import { serverSecret } from '../store/secrets.js';
import type { Brand } from '../ui/brand.js';
import { createClientDocuments } from './clients/client-documents.js';
import { type ClientNames, createClientNames } from './clients/client-names.js';
import { createClients } from './clients/clients.js';
import { createLimits } from './common/limits.js';
import type { OAuthContext } from './context.js';
import { authorizeRoutes } from './endpoints/authorize.js';
import { loginRoutes } from './endpoints/login.js';
import { metadataRoutes } from './endpoints/metadata.js';
import { oauthErrorHandler } from './endpoints/refusals.js';
import { registerRoutes } from './endpoints/register.js';
import { revokeRoutes } from './endpoints/revoke.js';
import { tokenRoutes } from './endpoints/token.js';
import type { Accounts } from './sign-in/accounts.js';
import { createPages } from './sign-in/pages.js';
import { createPasswordChecks } from './sign-in/password-checks.js';
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
   * The caller an access token identifies, or `undefined` when it is invalid, expired, revoked, or its user is gone.
   *
   * @param report told which of these it is
   */
  verifyAccessToken: (token: string, report?: (reason: string) => void) => Promise<Caller | undefined>;
  /** The registered name of a client, for the log. */
  clientName: ClientNames;
  /** Ends the background work. */
  close: () => void;
}

/** The authorization server: discovery, registration, sign-in, tokens. */
export async function createOAuth(options: OAuthOptions): Promise<OAuth> {
  const { config, store, logger, accounts, brand, scopes, resource } = options;
  const issuer = config.publicUrl;
  const keys = await createSigningKeys(store, config.keyEncryptionSecret, logger);
  const limits = createLimits(store, config.rateLimitScale);
  const documents = createClientDocuments(config.cimdAllowedDomains, options.documentAgent);
  const clients = createClients(store, documents, limits);
  const context: OAuthContext = {
    config,
    store,
    logger,
    accounts,
    pages: createPages(brand),
    scopes,
    issuer,
    resource,
    keys,
    clients,
    clientName: createClientNames(clients, documents),
    accessTokens: createAccessTokens(keys, { issuer, resource, lifetime: config.accessTokenTtl }),
    limits,
    passwordChecks: createPasswordChecks(),
    refreshKey: await serverSecret(store, 'refresh-token-successor'),
  };

  const router = Router();
  router.use(metadataRoutes(context));
  if (config.enableDcr) router.use(registerRoutes(context));
  router.use(authorizeRoutes(context));
  router.use(loginRoutes(context));
  router.use(tokenRoutes(context));
  router.use(revokeRoutes(context));
  router.use(oauthErrorHandler(context));
  return {
    router,
    verifyAccessToken: (token, report) => verifyAccessToken(context, token, report),
    clientName: context.clientName,
    close: startSweeping(store, logger),
  };
}

async function verifyAccessToken(
  { accessTokens, store, accounts }: OAuthContext,
  token: string,
  report?: (reason: string) => void,
): Promise<Caller | undefined> {
  const refuse = (reason: string) => {
    report?.(reason);
    return undefined;
  };
  const claims = await accessTokens.verify(token, report);
  if (claims === undefined) return undefined;
  const grant = await store
    .selectFrom('grants')
    .leftJoin('revoked_access_tokens', (join) =>
      join
        .onRef('revoked_access_tokens.grant_id', '=', 'grants.id')
        .on('revoked_access_tokens.jti', '=', claims.jti),
    )
    .select(['grants.username', 'revoked_access_tokens.jti as revoked'])
    .where('grants.id', '=', claims.gid)
    .executeTakeFirst();
  if (grant === undefined) return refuse('its sign-in has ended: expired, revoked, or ended by the operator');
  if (grant.revoked !== null) return refuse('revoked by the client');
  const user = await accounts.findUser(grant.username);
  if (user === undefined) return refuse(`the user ${quoted(grant.username)} does not exist, or is disabled`);
  return {
    kind: 'user',
    id: user.id,
    name: user.name,
    // What the user may no longer allow, no token allows either.
    scopes: claims.scope.split(' ').filter((scope) => user.scopes.includes(scope)),
    clientId: claims.client_id,
  };
}
