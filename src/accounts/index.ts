import type { Accounts } from '../platform/oauth/accounts.js';
import type { Store } from '../platform/store/database.js';
import { errorPage, loginPage, pageStyle } from './login-page.js';
import { findUser, verifyPassword } from './users.js';

/** Who may sign in, and what they see. To use your own user directory, replace the first two functions. */
export function createAccounts(store: Store): Accounts {
  return {
    findUser: (id) => findUser(store, id),
    verifyPassword: (username, password) => verifyPassword(store, username, password),
    pageStyle,
    loginPage,
    errorPage,
  };
}
