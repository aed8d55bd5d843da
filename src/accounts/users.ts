import type { Selectable } from 'kysely';
import { nowInSeconds } from '../platform/clock.js';
import type { ListedUser, User } from '../platform/oauth/sign-in/accounts.js';
import type { Store } from '../platform/store/database.js';
import { takeTurn } from '../platform/store/locks.js';
import { inTransaction } from '../platform/store/transaction.js';
import { comparableName } from '../platform/user-name.js';
import type { AccountTables, UsersTable } from './tables.js';

const BCRYPT_COST = 12;
/** bcrypt ignores everything after 72 bytes, so a longer password would be accepted with any ending. */
const MAX_PASSWORD_BYTES = 72;
/** The hash that an unknown user's password is compared with, so that the answer takes as long as for a known user. */
const DUMMY_HASH = '$2b$12$ftqIgB.Jlj2LMjZ1rsI8GONDTkpP3U.6JgxTzn/s207nOHfvHrpRu';

/** Loads bcrypt with the first password: it is native code, and most starts check none. */
async function loadBcrypt() {
  return (await import('bcrypt')).default;
}

/** Checks whether a hash was made from a password. */
export async function matchesHash(password: string, hash: string): Promise<boolean> {
  return (await loadBcrypt()).compare(password, hash);
}

/** Finds the user with that name, unless disabled. */
export async function findUser(store: Store<AccountTables>, username: string): Promise<User | undefined> {
  const row = await selectUser(store, username);
  return row && toUser(row);
}

/**
 * Returns the user when the password is right. Unknown users cost as many hashes as known ones, so that the time reveals
 * nothing.
 */
export async function verifyPassword(
  store: Store<AccountTables>,
  username: string,
  password: string,
): Promise<User | undefined> {
  const row = await selectByTypedName(store, username);
  for (const form of passwordForms(password)) {
    const fits = Buffer.byteLength(form) <= MAX_PASSWORD_BYTES;
    const matches = await matchesHash(fits ? form : '', row?.password_hash ?? DUMMY_HASH);
    if (matches && fits && row) return toUser(row);
  }
  return undefined;
}

/**
 * Lists the ways in which a typed password may have been hashed. One keyboard sends an accented letter as one character,
 * another as two; hashes are made from the composed form, and older ones from whatever was typed. That is one form for
 * most passwords, and three at most.
 */
function passwordForms(password: string): Set<string> {
  return new Set([password.normalize('NFC'), password, password.normalize('NFD')]);
}

/**
 * Finds the user that a typed name means, unless disabled: the one of that very name, whose case does not matter, or else
 * the only one whose name compares equal. Names that compare equal can only be older than that rule.
 */
async function selectByTypedName(
  store: Store<AccountTables>,
  typed: string,
): Promise<Selectable<UsersTable> | undefined> {
  const exact = typed.trim().toLowerCase();
  const alike = await store
    .selectFrom('users')
    .selectAll()
    .where((row) => row.or([row('username', '=', exact), row('comparable_name', '=', comparableName(typed))]))
    .execute();
  const only = alike.length === 1 ? alike[0] : undefined;
  const user = alike.find(({ username }) => username === exact) ?? only;
  return user?.disabled === 0 ? user : undefined;
}

/**
 * Hashes a new password.
 *
 * @throws {RangeError} when it is empty or longer than 72 bytes
 */
export async function hashPassword(password: string): Promise<string> {
  const composed = password.normalize('NFC');
  const bytes = Buffer.byteLength(composed);
  if (bytes === 0 || bytes > MAX_PASSWORD_BYTES) throw new RangeError('A password must have 1 to 72 bytes');
  return (await loadBcrypt()).hash(composed, BCRYPT_COST);
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

/** Adds a user. @returns `false` when the name is taken, also by one that only looks different */
export async function addUser(
  store: Store<AccountTables>,
  user: { username: string; name: string; scopes: string; passwordHash: string },
): Promise<boolean> {
  const { passwordHash: password_hash, ...rest } = user;
  const comparable_name = comparableName(user.username);
  return inTransaction(store, async (transaction) => {
    // Older names may compare equal, so no constraint keeps two new ones from doing so.
    await takeTurn(transaction, 'user names');
    const taken = await transaction
      .selectFrom('users')
      .select('username')
      .where((row) =>
        row.or([row('username', '=', user.username), row('comparable_name', '=', comparable_name)]),
      )
      .executeTakeFirst();
    if (taken !== undefined) return false;
    await transaction
      .insertInto('users')
      .values({ ...rest, comparable_name, password_hash, created_at: nowInSeconds() })
      .execute();
    return true;
  });
}

/**
 * Changes a user.
 *
 * @param hash changes them only while they have this password hash
 * @returns whether they were changed
 */
export async function updateUser(
  store: Store<AccountTables>,
  username: string,
  changes: { password_hash: string } | { disabled: 0 | 1 },
  hash?: string,
): Promise<boolean> {
  let query = store.updateTable('users').set(changes).where('username', '=', username);
  if (hash !== undefined) query = query.where('password_hash', '=', hash);
  return (await query.executeTakeFirst()).numUpdatedRows === 1n;
}
