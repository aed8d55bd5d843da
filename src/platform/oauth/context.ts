import type { Config } from '../config/config.js';
import type { Logger } from '../logger.js';
import type { Scope } from '../scopes.js';
import type { AuthenticateClient } from './clients/client-authentication.js';
import type { ClientNames } from './clients/client-names.js';
import type { Clients } from './clients/clients.js';
import type { Records } from './records.js';
import type { Pages } from './sign-in/pages.js';
import type { PasswordChecks } from './sign-in/password-checks.js';
import type { UserDirectory } from './sign-in/user-directory.js';
import type { AccessTokens } from './tokens/access-token.js';
import type { SigningKeys } from './tokens/keys.js';

/** What the endpoints share. */
export interface OAuthContext extends Pick<Records, 'grants' | 'limits' | 'registeredClients' | 'requests'> {
  config: Config;
  /** Logs sign-ins, and signs of theft. */
  logger: Logger;
  users: UserDirectory;
  pages: Pages;
  scopes: Scope[];
  /** The identifier of this server, spelled the same everywhere (RFC 8414 section 2). */
  issuer: string;
  /** The identifier of the MCP endpoint, the only audience of our tokens (RFC 8707). */
  resource: string;
  /** Every identifier of that resource that clients may name, such as the address of the legacy SSE transport. */
  aliases: string[];
  clients: Clients;
  authenticateClient: AuthenticateClient;
  clientName: ClientNames;
  keys: SigningKeys;
  accessTokens: AccessTokens;
  passwordChecks: PasswordChecks;
}
