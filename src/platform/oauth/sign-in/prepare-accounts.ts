import type { Config } from '../../config/config.js';
import type { Logger } from '../../logger.js';
import type { Scope } from '../../scopes.js';
import type { Accounts } from './accounts.js';

/** The most users named in a warning. */
const MAX_NAMED = 10;

export interface PrepareOptions {
  config: Pick<Config, 'authMode' | 'demoData'>;
  accounts: Accounts;
  grants: { endAll: (filter: { username: string }) => Promise<number> };
  scopes: Scope[];
  logger: Pick<Logger, 'warn'>;
}

/** What the operator should know about the accounts when the server starts. */
export interface AccountsState {
  /** Whether there is no user who could sign in. */
  hasNoUsers: boolean;
  /** The demo users that were just disabled. */
  disabled: string[];
}

/**
 * Prepares the accounts when the server starts: adds the demo users, or disables those who still have their public
 * password and ends their grants. Warns of users who may grant scopes that do not exist.
 */
export async function prepareAccounts(options: PrepareOptions): Promise<AccountsState> {
  const { config, accounts, logger } = options;
  const scopes = options.scopes.map(({ name }) => name);
  let disabled: string[] = [];
  if (config.demoData) {
    await accounts.seed?.(scopes);
  } else {
    disabled = (await accounts.disableSeeded?.()) ?? [];
    for (const username of disabled) await options.grants.endAll({ username });
  }
  if (disabled.length > 0) logger.warn({ users: disabled }, 'demo users disabled, because DEMO_DATA is off');
  if (config.authMode !== 'builtin') return { hasNoUsers: false, disabled };
  await warnOfUnknownScopes(accounts, scopes, logger);
  return { hasNoUsers: (await accounts.isEmpty?.()) ?? false, disabled };
}

/** Warns of scopes that can never be granted: a mistake, or left over from before a scope was renamed. */
async function warnOfUnknownScopes(
  { manage }: Accounts,
  known: string[],
  logger: Pick<Logger, 'warn'>,
): Promise<void> {
  const unknownOf = (scopes: string) =>
    scopes.split(' ').filter((scope) => scope !== '' && !known.includes(scope));
  const users = ((await manage?.list()) ?? [])
    .map(({ username, scopes }) => ({ username, unknown: unknownOf(scopes) }))
    .filter(({ unknown }) => unknown.length > 0);
  if (users.length === 0) return;
  logger.warn(
    {
      users: users.slice(0, MAX_NAMED).map(({ username }) => username),
      count: users.length,
      scopes: [...new Set(users.flatMap(({ unknown }) => unknown))],
    },
    'users may grant scopes that this server does not define',
  );
}
