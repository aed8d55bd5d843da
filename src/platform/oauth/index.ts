import type { Agent } from 'node:https';
import { Router } from 'express';
import type { Caller } from '../caller.js';
import type { Config } from '../config/config.js';
import { quoted } from '../log-text.js';
import type { Logger } from '../logger.js';
import type { Scope } from '../scopes.js';
import type { Store } from '../store/database.js';
import type { Brand } from '../ui/brand.js';
import { createClientAssertions } from './clients/client-assertion.js';
import { createClientAuthentication } from './clients/client-authentication.js';
import { createClientDocuments } from './clients/client-documents.js';
import { type ClientNames, createClientNames } from './clients/client-names.js';
import { createClients } from './clients/clients.js';
import { createKeySets } from './clients/key-sets.js';
import { PublicOnlyAgent } from './clients/public-only-agent.js';
import { createReachability } from './clients/reachability.js';
import type { OAuthContext } from './context.js';
import { authorizeRoutes } from './endpoints/authorize.js';
import { loginRoutes } from './endpoints/login.js';
import { metadataRoutes } from './endpoints/metadata.js';
import { oauthErrorHandler } from './endpoints/refusals.js';
import { registerRoutes } from './endpoints/register.js';
import { revokeRoutes } from './endpoints/revoke.js';
import { tokenRoutes } from './endpoints/token.js';
import { createRecords } from './records.js';
import type { Accounts } from './sign-in/accounts.js';
import { createKnownBrowsers } from './sign-in/known-browsers.js';
import { createPages } from './sign-in/pages.js';
import { createPasswordChecks } from './sign-in/password-checks.js';
import { createUserDirectory } from './sign-in/user-directory.js';
import { type AccessTokenClaims, createAccessTokens } from './tokens/access-token.js';
import { createSigningKeys } from './tokens/keys.js';
import { startSweeping } from './tokens/sweep.js';
import { createVerifiedTokens } from './tokens/verified-tokens.js';

export interface OAuthOptions {
  config: Config;
  store: Store;
  logger: Logger;
  accounts: Accounts;
  brand: Brand;
  scopes: Scope[];
  /** The identifier of the MCP endpoint, the only audience of our tokens (RFC 8707). */
  resource: string;
  /** Every identifier of that resource that clients may name. */
  aliases: string[];
  /** Fetches client documents and keys. Tests pass an agent that reaches a host of their own. */
  documentAgent?: Agent | undefined;
}

export interface OAuth {
  router: Router;
  /**
   * Returns the caller that an access token identifies, or `undefined` when it is invalid, expired, revoked, or its user
   * is gone.
   *
   * @param report called with the reason
   * @param digest the SHA-256 digest of the token
   * @throws {UnavailableError} when the user directory does not answer
   */
  verifyAccessToken: (
    token: string,
    report: ((reason: string) => void) | undefined,
    digest: string,
  ) => Promise<Caller | undefined>;
  /** Returns the registered name of a client, for the log. */
  clientName: ClientNames;
  /** Stops the background work. */
  close: () => void;
}

/** Makes the authorization server: discovery, registration, sign-in, tokens. */
export async function createOAuth(options: OAuthOptions): Promise<OAuth> {
  const { config, store, logger, accounts, brand, scopes, resource, aliases } = options;
  const issuer = config.publicUrl;
  const users = createUserDirectory(accounts);
  const records = createRecords({ config, store, logger, accounts: { findUser: users.find } });
  const { grants, limits, registeredClients, documentCopies, requests, keyStore, expiring } = records;
  const keys = await createSigningKeys(keyStore, logger);
  const agent = options.documentAgent ?? new PublicOnlyAgent();
  const reachability = createReachability(config, logger, documentCopies, agent);
  const documents = createClientDocuments(config.cimdAllowedDomains, agent, {
    enabled: config.clientDocuments !== 'off',
    redirectSchemes: config.redirectSchemes,
    copies: documentCopies,
    reachability,
    logger,
  });
  const clients = createClients(registeredClients, documents, limits);
  const assertions = createClientAssertions(createKeySets(agent), records.usedAssertions);
  const context: OAuthContext = {
    config,
    logger,
    users,
    pages: createPages(brand),
    scopes,
    issuer,
    resource,
    aliases,
    grants,
    limits,
    registeredClients,
    documentCopies,
    requests,
    keys,
    clients,
    reachability,
    authenticateClient: createClientAuthentication({ clients, documents, assertions, limits }),
    clientName: createClientNames(registeredClients, documents),
    accessTokens: createAccessTokens(keys, { issuer, resource, lifetime: config.accessTokenTtl }),
    passwordChecks: createPasswordChecks(accounts.checksAtOnce),
    knownBrowsers: createKnownBrowsers(store, issuer),
  };

  const verifiedTokens = createVerifiedTokens(context.accessTokens, keys);
  const stopSweeping = startSweeping(expiring, logger);
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
    verifyAccessToken: async (token, report, digest) => {
      const claims = await verifiedTokens(token, report, digest);
      return claims && callerFor(claims, context, report);
    },
    clientName: context.clientName,
    close: () => {
      stopSweeping();
      reachability.close();
    },
  };
}

/** Returns the caller whom a valid token identifies. Its grant and its user are looked up at every call. */
async function callerFor(
  claims: AccessTokenClaims,
  { grants, users }: OAuthContext,
  report?: (reason: string) => void,
): Promise<Caller | undefined> {
  const username = await grants.usernameFor(claims, report);
  if (username === undefined) return undefined;
  const user = await users.findRecent(username);
  if (user === undefined) {
    report?.(`the user ${quoted(username)} does not exist, or is disabled`);
    return undefined;
  }
  return {
    kind: 'user',
    id: user.id,
    name: user.name,
    // A token loses the scopes its user may no longer grant.
    scopes: claims.scope.split(' ').filter((scope) => user.scopes.includes(scope)),
    clientId: claims.client_id,
  };
}
