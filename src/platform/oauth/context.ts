import type { Config } from '../config/config.js';
import type { Logger } from '../logger.js';
import type { Scope } from '../scopes.js';
import type { Store } from '../store/database.js';
import type { ClientNames } from './clients/client-names.js';
import type { Clients } from './clients/clients.js';
import type { Limits } from './common/limits.js';
import type { Accounts } from './sign-in/accounts.js';
import type { Pages } from './sign-in/pages.js';
import type { PasswordChecks } from './sign-in/password-checks.js';
import type { OAuthTables } from './tables.js';
import type { AccessTokens } from './tokens/access-token.js';
import type { SigningKeys } from './tokens/keys.js';

/** What the endpoints share. */
export interface OAuthContext {
  config: Config;
  store: Store<OAuthTables>;
  /** Told of sign-ins, and of whatever points to theft. */
  logger: Logger;
  accounts: Accounts;
  pages: Pages;
  scopes: Scope[];
  /** The identifier of this server, the same text everywhere (RFC 8414 section 2). */
  issuer: string;
  /** The identifier of the MCP endpoint, the only audience of our tokens (RFC 8707). */
  resource: string;
  clients: Clients;
  clientName: ClientNames;
  keys: SigningKeys;
  accessTokens: AccessTokens;
  limits: Limits;
  passwordChecks: PasswordChecks;
  /** The key that makes successors of refresh tokens. */
  refreshKey: Buffer;
}
