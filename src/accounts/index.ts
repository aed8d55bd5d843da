import { type Accounts, hashesAtOnce } from '../platform/oauth/sign-in/accounts.js';
import type { Store } from '../platform/store/database.js';
import { comparableName } from '../platform/user-name.js';
import { demoUsers, disableDemoUsers, seedDemoUsers } from './demo-users.js';
import { addUser, findUser, hashPassword, hasUsers, listUsers, updateUser, verifyPassword } from './users.js';

/** Makes the accounts. To use your own user directory, implement `findUser` and `verifyPassword` and drop the rest. */
export function createAccounts(store: Store): Accounts {
  return {
    findUser: (id) => findUser(store, id),
    verifyPassword: (username, password) => verifyPassword(store, username, password),
    checksAtOnce: hashesAtOnce(),
    demoUsers,
    seed: (scopes) => seedDemoUsers(store, scopes),
    disableSeeded: () => disableDemoUsers(store),
    isEmpty: async () => !(await hasUsers(store)),
    manage: {
      normalize: comparableName,
      list: () => listUsers(store),
      add: async ({ password, ...user }) =>
        addUser(store, { ...user, passwordHash: await hashPassword(password) }),
      setPassword: async (username, password) => {
        await updateUser(store, username, { password_hash: await hashPassword(password) });
      },
      setDisabled: async (username, disabled) => {
        await updateUser(store, username, { disabled: disabled ? 1 : 0 });
      },
    },
  };
}
