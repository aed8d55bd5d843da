import type { Config } from '../config/config.js';
import { VARIABLES } from '../config/variables.js';

/** How many connections to PostgreSQL there may be, and how long everything on them may take, in milliseconds. */
export type StoreLimits = Pick<
  Config,
  | 'databasePoolSize'
  | 'databaseConnectTimeoutMs'
  | 'databaseStatementTimeoutMs'
  | 'databaseLockTimeoutMs'
  | 'databaseIdleTransactionTimeoutMs'
>;

/** The limits of a store whose opener names none. */
export const DEFAULT_LIMITS: StoreLimits = {
  databasePoolSize: VARIABLES.DATABASE_POOL_SIZE.unset({}),
  databaseConnectTimeoutMs: VARIABLES.DATABASE_CONNECT_TIMEOUT_MS.unset({}),
  databaseStatementTimeoutMs: VARIABLES.DATABASE_STATEMENT_TIMEOUT_MS.unset({}),
  databaseLockTimeoutMs: VARIABLES.DATABASE_LOCK_TIMEOUT_MS.unset({}),
  databaseIdleTransactionTimeoutMs: VARIABLES.DATABASE_IDLE_TRANSACTION_TIMEOUT_MS.unset({}),
};
