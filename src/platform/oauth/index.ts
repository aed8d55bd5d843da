import type { Agent } from 'node:https';
import express, { Router } from 'express';
import type { Caller } from '../caller.js';
import type { Config } from '../config.js';
import { cors } from '../http/cors.js';
import type { Logger } from '../logger.js';
import type { Scope } from '../scopes.js';
import type { Store } from '../store/database.js';
import { serverSecret } from '../store/secrets.js';
import { createAccessTokens } from './access-token.js';
import type { Accounts } from './accounts.js';
import { authorizeRoutes } from './authorize.js';
import { createClientDocuments } from './client-documents.js';
import { createClients } from './clients.js';
import type { OAuthContext } from './context.js';
import { oauthErrorHandler } from './errors.js';
import { createSigningKeys } from './keys.js';
import { createLimits } from './limits.js';
import { loginRoutes } from './login.js';
import { resourceMetadataRoutes, serverMetadataRoutes } from './metadata.js';
import { createPasswordChecks } from './password-checks.js';
import { registerClient } from './register.js';
import { startSweeping } from './sweep.js';
import { onlyPost, tokenRoutes } from './token.js';

export interface OAuthOptions {
  config: Config;
  store: Store;
  logger: Logger;
  accounts: Accounts;
  scopes: Scope[];
  /** How documents of clients are fetched; tests reach a host of their own with it. */
  documentAgent?: Agent | undefined;
}

export interface OAuth {
  router: Router;
  /** Who an access token stands for, or `undefined` when it is invalid, expired, revoked, or its user is gone. */
  verifyAccessToken: (token: string) => Promise<Caller | undefined>;
  /** Ends the background work. */
  close: () => void;
}

/** The authorization server: discovery, registration, sign-in, tokens. */
export async function createOAuth(options: OAuthOptions): Promise<OAuth> {
  const { config, store, logger, accounts, scopes } = options;
  const issuer = config.publicUrl;
  const resource = `${config.publicUrl}/mcp`;
  const keys = await createSigningKeys(store, config.keyEncryptionSecret, logger);
  const limits = createLimits(store, config.rateLimitScale);
  const documents = createClientDocuments(config.cimdAllowedDomains, options.documentAgent);
  const context: OAuthContext = {
    config,
    store,
    logger,
    accounts,
    scopes,
    issuer,
    resource,
    keys,
    clients: createClients(store, documents, limits),
    accessTokens: createAccessTokens(keys, { issuer, resource, lifetime: config.accessTokenTtl }),
    limits,
    passwordChecks: createPasswordChecks(),
    refreshKey: await serverSecret(store, 'refresh-token-successor'),
  };

  const router = Router();
  router.use(resourceMetadataRoutes(resource, issuer, scopes));
  router.use(serverMetadataRoutes(context));
  if (config.enableDcr) router.use(registerRoutes(context));
  router.use(authorizeRoutes(context));
  router.use(loginRoutes(context));
  router.use(tokenRoutes(context));
  router.use(oauthErrorHandler);
  return {
    router,
    verifyAccessToken: (token) => verifyAccessToken(context, token),
    close: startSweeping(store, logger),
  };
}

/** `POST /register` (RFC 7591). */
function registerRoutes({ store, limits }: OAuthContext): Router {
  const router = Router();
  router.use('/register', cors('POST'), onlyPost, express.json({ limit: '16kb' }));
  router.post('/register', async (req, res) => {
    const count = () => limits.countRequest('register', req.ip ?? '');
    res.status(201).json(await registerClient(store, req.body, count));
  });
  return router;
}

async function verifyAccessToken({ accessTokens, store, accounts }: OAuthContext, token: string) {
  const claims = await accessTokens.verify(token);
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
  if (grant === undefined || grant.revoked !== null) return undefined;
  const user = await accounts.findUser(grant.username);
  if (user === undefined) return undefined;
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
