import type { Config } from '../config.js';
import type { Logger } from '../logger.js';
import type { Scope } from '../scopes.js';
import type { Store } from '../store/database.js';
import type { AccessTokens } from './access-token.js';
import type { Accounts } from './accounts.js';
import type { Clients } from './clients.js';
import type { SigningKeys } from './keys.js';
import type { Limits } from './limits.js';
import type { PasswordChecks } from './password-checks.js';

/** What the endpoints share. */
export interface OAuthContext {
  config: Config;
  store: Store;
  /** Told of sign-ins, and of whatever points to theft. */
  logger: Logger;
  accounts: Accounts;
  scopes: Scope[];
  /** The identifier of this server, the same text everywhere (RFC 8414 section 2). */
  issuer: string;
  /** The identifier of the MCP endpoint, the only audience of our tokens (RFC 8707). */
  resource: string;
  clients: Clients;
  keys: SigningKeys;
  accessTokens: AccessTokens;
  limits: Limits;
  passwordChecks: PasswordChecks;
  /** The key that makes successors of refresh tokens. */
  refreshKey: Buffer;
}
