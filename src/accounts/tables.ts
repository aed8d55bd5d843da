import type { Generated } from 'kysely';

/** The tables of the accounts. Times are whole seconds since 1970 (UTC), booleans are 0 or 1. */
export interface AccountTables {
  users: UsersTable;
}

/** The users who may sign in. */
export interface UsersTable {
  username: string;
  /** The form of the user name in which names are compared. */
  comparable_name: Generated<string | null>;
  name: string;
  password_hash: string;
  /** Space-separated scopes the user may grant. */
  scopes: string;
  disabled: Generated<number>;
  created_at: number;
}
