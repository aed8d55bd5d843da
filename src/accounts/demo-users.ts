import type { Store } from '../platform/store/database.js';
import type { AccountTables } from './tables.js';
import { addUser, listUsers, matchesHash, selectUser, updateUser } from './users.js';

/**
 * The users of a demonstration. Their passwords are public, and so may be their hashes, which would cost every start on an
 * empty database a second. Make one with bcrypt and the cost of `hashPassword` for a password that you change.
 */
export const demoUsers = [
  {
    username: 'alice',
    name: 'Alice',
    password: 'password123',
    passwordHash: '$2b$12$iOm7MI.1aKy.XmkUCqrxzOBqfTqs/6nnLDIbxil8ZKdMkncqibirq',
  },
  {
    username: 'bob',
    name: 'Bob',
    password: 'hunter2',
    passwordHash: '$2b$12$VyY/la3dgi65eGBOpQUKo.CtXVCe/15JC.hvs.IV7Gtn8h4J8VNZe',
  },
];

/** Adds missing demo users, who may grant all these scopes. */
export async function seedDemoUsers(store: Store<AccountTables>, scopes: string[]): Promise<void> {
  const existing = new Set((await listUsers(store)).map(({ username }) => username));
  for (const { username, name, passwordHash } of demoUsers.filter((user) => !existing.has(user.username))) {
    await addUser(store, { username, name, passwordHash, scopes: scopes.join(' ') });
  }
}

/**
 * Disables the demo users who still have their public password, on a server that once ran with demo data. Costs one
 * password check for each user with the name of a demo user.
 *
 * @returns their names
 */
export async function disableDemoUsers(store: Store<AccountTables>): Promise<string[]> {
  const disabled: string[] = [];
  for (const { username, password } of demoUsers) {
    const row = await selectUser(store, username);
    if (row === undefined || !(await matchesHash(password, row.password_hash))) continue;
    // Not those who got another password while this one was checked.
    if (await updateUser(store, username, { disabled: 1 }, row.password_hash)) disabled.push(username);
  }
  return disabled;
}
