import type { Migrations } from '../../platform/store/migrations/index.js';
import * as users from './0001-users.js';

/** A released migration is never edited: add another. */
export const accountsMigrations: Migrations = {
  'accounts-0001-users': users,
};
