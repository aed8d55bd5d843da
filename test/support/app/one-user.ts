import type { Accounts, User } from '../../../src/platform/oauth/sign-in/accounts.js';

export const PASSWORD = 'pass-word-of-ada-S3CRET';

/** Makes a directory with one user and no hashing. The user can be gone, and the directory can be down. */
export function oneUser(scopes = ['notes:read']): Accounts & { isGone: boolean; isDown: boolean } {
  const ada: User = { id: 'ada', name: 'Ada', scopes };
  const accounts = {
    isGone: false,
    isDown: false,
    cacheSeconds: 0,
    findUser: async (id: string) => {
      assertUp();
      return id === ada.id && !accounts.isGone ? ada : undefined;
    },
    verifyPassword: async (username: string, password: string) => {
      assertUp();
      return username === ada.id && password === PASSWORD ? ada : undefined;
    },
  };
  const assertUp = () => {
    if (accounts.isDown) throw new Error('connect ECONNREFUSED directory.internal:636');
  };
  return accounts;
}
