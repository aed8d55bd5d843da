import bcrypt from 'bcrypt';
import type { Store } from '../platform/store/database.js';
import type { AccountTables } from './tables.js';
import { addUser, hashPassword, listUsers, selectUser, updateUser } from './users.js';

/** The users of a demonstration. Their passwords are public. */
export const demoUsers = [
  { username: 'alice', name: 'Alice', password: 'password123' },
  { username: 'bob', name: 'Bob', password: 'hunter2' },
];

/** Adds missing demo users, who may grant all these scopes. Passwords of existing ones are not hashed again. */
export async function seedDemoUsers(store: Store<AccountTables>, scopes: string[]): Promise<void> {
  const existing = new Set((await listUsers(store)).map(({ username }) => username));
  for (const { username, name, password } of demoUsers.filter((user) => !existing.has(user.username))) {
    const passwordHash = await hashPassword(password);
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
    if (row === undefined || !(await bcrypt.compare(password, row.password_hash))) continue;
    // Not those who got another password while this one was checked.
    if (await updateUser(store, username, { disabled: 1 }, row.password_hash)) disabled.push(username);
  }
  return disabled;
}
