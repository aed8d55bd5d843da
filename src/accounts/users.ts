import bcrypt from 'bcrypt';
import { nowInSeconds, type Store } from '../platform/store/database.js';

const BCRYPT_COST = 12;

const demoUsers = [
  { username: 'alice', name: 'Alice', password: 'password123' },
  { username: 'bob', name: 'Bob', password: 'hunter2' },
];

/** Adds the demo users that do not exist yet; hashing is skipped for those that do. */
export async function seedDemoUsers(store: Store): Promise<void> {
  const existing = new Set(
    (await store.selectFrom('users').select('username').execute()).map((user) => user.username),
  );
  for (const { username, name, password } of demoUsers.filter((user) => !existing.has(user.username))) {
    const password_hash = await bcrypt.hash(password, BCRYPT_COST);
    await store
      .insertInto('users')
      .values({ username, name, password_hash, scopes: 'read orders:write', created_at: nowInSeconds() })
      .onConflict((conflict) => conflict.column('username').doNothing())
      .execute();
  }
}
