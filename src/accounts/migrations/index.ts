import type { Migrations } from '../../platform/store/migrations/index.js';
import * as users from './0001-users.js';

/** The migrations of the accounts. Never edit a released migration; add another. */
export const accountsMigrations: Migrations = {
  'accounts-0001-users': users,
};
