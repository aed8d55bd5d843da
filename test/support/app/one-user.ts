import type { Accounts, User } from '../../../src/platform/oauth/sign-in/accounts.js';

export const PASSWORD = 'pass-word-of-ada-S3CRET';

/** A directory with one user, who costs no hashing, and who may be gone. */
export function oneUser(scopes = ['notes:read']): Accounts & { isGone: boolean } {
  const ada: User = { id: 'ada', name: 'Ada', scopes };
  const accounts = {
    isGone: false,
    cacheSeconds: 0,
    findUser: async (id: string) => (id === ada.id && !accounts.isGone ? ada : undefined),
    verifyPassword: async (username: string, password: string) =>
      username === ada.id && password === PASSWORD ? ada : undefined,
  };
  return accounts;
}
