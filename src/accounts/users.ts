import bcrypt from 'bcrypt';
import type { Selectable } from 'kysely';
import type { User } from '../platform/oauth/accounts.js';
import { nowInSeconds, type Store } from '../platform/store/database.js';
import type { UsersTable } from '../platform/store/schema.js';

const BCRYPT_COST = 12;
/** bcrypt ignores what comes after, so a longer password would be accepted with any ending. */
const MAX_PASSWORD_BYTES = 72;
/** What an unknown user's password is compared with, so that the answer takes as long as for a known one. */
const DUMMY_HASH = '$2b$12$ftqIgB.Jlj2LMjZ1rsI8GONDTkpP3U.6JgxTzn/s207nOHfvHrpRu';

const demoUsers = [
  { username: 'alice', name: 'Alice', password: 'password123' },
  { username: 'bob', name: 'Bob', password: 'hunter2' },
];

/** Names are compared without case and outer spaces. */
export function normalizeUsername(username: string): string {
  return username.trim().toLowerCase();
}

/** The user with that name, unless disabled. */
export async function findUser(store: Store, username: string): Promise<User | undefined> {
  const row = await selectUser(store, username);
  return row && toUser(row);
}

/** The user whose password this is. Hashes for unknown users, too, so that the time tells nothing. */
export async function verifyPassword(
  store: Store,
  username: string,
  password: string,
): Promise<User | undefined> {
  const row = await selectUser(store, normalizeUsername(username));
  const fits = Buffer.byteLength(password) <= MAX_PASSWORD_BYTES;
  const matches = await bcrypt.compare(fits ? password : '', row?.password_hash ?? DUMMY_HASH);
  return matches && fits && row ? toUser(row) : undefined;
}

/**
 * Hashes a new password.
 *
 * @throws {RangeError} when it is empty or longer than 72 bytes
 */
export async function hashPassword(password: string): Promise<string> {
  const bytes = Buffer.byteLength(password);
  if (bytes === 0 || bytes > MAX_PASSWORD_BYTES) throw new RangeError('A password must have 1 to 72 bytes');
  return bcrypt.hash(password, BCRYPT_COST);
}

/** Adds the demo users that do not exist yet; hashing is skipped for those that do. */
export async function seedDemoUsers(store: Store): Promise<void> {
  const existing = new Set(
    (await store.selectFrom('users').select('username').execute()).map((user) => user.username),
  );
  for (const { username, name, password } of demoUsers.filter((user) => !existing.has(user.username))) {
    const password_hash = await hashPassword(password);
    await store
      .insertInto('users')
      .values({ username, name, password_hash, scopes: 'read orders:write', created_at: nowInSeconds() })
      .onConflict((conflict) => conflict.column('username').doNothing())
      .execute();
  }
}

/**
 * Disables the demo users whose password still is the public one, for a server that was started with demo data once.
 * Costs a password check for each user of such a name, and nothing without.
 *
 * @returns their names
 */
export async function disableDemoUsers(store: Store): Promise<string[]> {
  const disabled: string[] = [];
  for (const { username, password } of demoUsers) {
    const row = await selectUser(store, username);
    if (row === undefined || !(await bcrypt.compare(password, row.password_hash))) continue;
    await disableUser(store, username);
    disabled.push(username);
  }
  return disabled;
}

function selectUser(store: Store, username: string) {
  return store
    .selectFrom('users')
    .selectAll()
    .where('username', '=', username)
    .where('disabled', '=', 0)
    .executeTakeFirst();
}

function toUser({ username, name, scopes }: Selectable<UsersTable>): User {
  return { id: username, name, scopes: scopes.split(' ').filter(Boolean) };
}

export type ListedUser = {
  username: string;
  name: string;
  scopes: string;
  disabled: boolean;
  created_at: number;
};

/** Whether anybody could sign in. */
export async function hasUsers(store: Store): Promise<boolean> {
  const row = await store
    .selectFrom('users')
    .select('username')
    .where('disabled', '=', 0)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Every user, disabled ones too. */
export async function listUsers(store: Store): Promise<ListedUser[]> {
  const rows = await store
    .selectFrom('users')
    .select(['username', 'name', 'scopes', 'disabled', 'created_at'])
    .orderBy('username')
    .execute();
  return rows.map((row) => ({ ...row, disabled: row.disabled === 1 }));
}

/** Adds a user. `false` when the name is taken. */
export async function addUser(
  store: Store,
  user: { username: string; name: string; scopes: string; passwordHash: string },
): Promise<boolean> {
  const { passwordHash: password_hash, ...rest } = user;
  const { numInsertedOrUpdatedRows } = await store
    .insertInto('users')
    .values({ ...rest, password_hash, created_at: nowInSeconds() })
    .onConflict((conflict) => conflict.column('username').doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

export async function updateUser(
  store: Store,
  username: string,
  changes: { password_hash: string } | { disabled: 0 | 1 },
): Promise<void> {
  await store.updateTable('users').set(changes).where('username', '=', username).execute();
}

/**
 * Refuses a user from now on, and ends all their grants at once.
 *
 * @returns how many grants ended
 */
export async function disableUser(store: Store, username: string): Promise<number> {
  await updateUser(store, username, { disabled: 1 });
  return endGrants(store, username);
}

/**
 * Signs a user out of every client at once.
 *
 * @returns how many grants ended
 */
export async function endGrants(store: Store, username: string): Promise<number> {
  const { numDeletedRows } = await store
    .deleteFrom('grants')
    .where('username', '=', username)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
