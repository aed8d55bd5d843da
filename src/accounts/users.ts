import bcrypt from 'bcrypt';
import type { Selectable } from 'kysely';
import { nowInSeconds } from '../platform/clock.js';
import type { ListedUser, User } from '../platform/oauth/sign-in/accounts.js';
import type { Store } from '../platform/store/database.js';
import type { AccountTables, UsersTable } from './tables.js';

const BCRYPT_COST = 12;
/** bcrypt ignores everything after 72 bytes, so a longer password would be accepted with any ending. */
const MAX_PASSWORD_BYTES = 72;
/** The hash that an unknown user's password is compared with, so that the answer takes as long as for a known user. */
const DUMMY_HASH = '$2b$12$ftqIgB.Jlj2LMjZ1rsI8GONDTkpP3U.6JgxTzn/s207nOHfvHrpRu';

/** Normalizes a name: case and surrounding spaces do not matter. */
export function normalizeUsername(username: string): string {
  return username.trim().toLowerCase();
}

/** Finds the user with that name, unless disabled. */
export async function findUser(store: Store<AccountTables>, username: string): Promise<User | undefined> {
  const row = await selectUser(store, username);
  return row && toUser(row);
}

/** Returns the user when the password is right. Unknown users cost a hash too, so that the time reveals nothing. */
export async function verifyPassword(
  store: Store<AccountTables>,
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

export function selectUser(store: Store<AccountTables>, username: string) {
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

/** Checks whether there is a user who could sign in. */
export async function hasUsers(store: Store<AccountTables>): Promise<boolean> {
  const row = await store
    .selectFrom('users')
    .select('username')
    .where('disabled', '=', 0)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Lists every user, including disabled ones. */
export async function listUsers(store: Store<AccountTables>): Promise<ListedUser[]> {
  const rows = await store
    .selectFrom('users')
    .select(['username', 'name', 'scopes', 'disabled', 'created_at'])
    .orderBy('username')
    .execute();
  return rows.map((row) => ({ ...row, disabled: row.disabled === 1 }));
}

/** Adds a user. @returns `false` when the name is taken */
export async function addUser(
  store: Store<AccountTables>,
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
  store: Store<AccountTables>,
  username: string,
  changes: { password_hash: string } | { disabled: 0 | 1 },
): Promise<void> {
  await store.updateTable('users').set(changes).where('username', '=', username).execute();
}
