import type { Migrations } from '../../platform/store/migrations/index.js';
import * as users from './0001-users.js';
import * as comparableNames from './0002-comparable-names.js';

/** The migrations of the accounts. Never edit a released migration; add another. */
export const accountsMigrations: Migrations = {
  'accounts-0001-users': users,
  'accounts-0002-comparable-names': comparableNames,
};
