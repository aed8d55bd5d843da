import type { Accounts } from '../platform/oauth/accounts.js';
import type { Store } from '../platform/store/database.js';
import { errorPage, loginPage } from './login-page.js';
import { pageScript } from './login-script.js';
import { pageStyle } from './login-style.js';
import { findUser, verifyPassword } from './users.js';

/** Who may sign in, and what they see. To use your own user directory, replace the first two functions. */
export function createAccounts(store: Store): Accounts {
  return {
    findUser: (id) => findUser(store, id),
    verifyPassword: (username, password) => verifyPassword(store, username, password),
    pageStyle,
    pageScript,
    loginPage,
    errorPage,
  };
}
