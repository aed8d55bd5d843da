import bcrypt from 'bcrypt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { disableDemoUsers, seedDemoUsers } from '../../src/accounts/demo-users.js';
import { findUser, hashPassword, verifyPassword } from '../../src/accounts/users.js';
import { openStore, type Store } from '../../src/platform/store/database.js';
import definition from '../../src/server.js';

let store: Store;
beforeAll(async () => {
  store = await openStore('file::memory:', { migrations: definition.migrations });
  await seedDemoUsers(store, ['read', 'orders:write']);
  const longest = 'x'.repeat(72);
  const row = { username: 'long', name: 'Long', scopes: 'read', created_at: 0 };
  await store
    .insertInto('users')
    .values({ ...row, password_hash: await hashPassword(longest) })
    .execute();
});
afterAll(() => store.destroy());

describe('passwords', () => {
  it('are stored as bcrypt hashes of cost 12', async () => {
    const { password_hash } = await store
      .selectFrom('users')
      .selectAll()
      .where('username', '=', 'alice')
      .executeTakeFirstOrThrow();
    expect(password_hash).toMatch(/^\$2b\$12\$/);
  });

  it('open only the account they belong to', async () => {
    expect(await verifyPassword(store, 'alice', 'password123')).toEqual({
      id: 'alice',
      name: 'Alice',
      scopes: ['read', 'orders:write'],
    });
    expect(await verifyPassword(store, 'alice', 'hunter2')).toBeUndefined();
    expect(await verifyPassword(store, 'nobody', 'password123')).toBeUndefined();
    expect(await verifyPassword(store, 'nobody', '')).toBeUndefined();
  });

  it('of unknown users cost as much hashing as those of known users', async () => {
    const compare = vi.spyOn(bcrypt, 'compare');
    expect(await verifyPassword(store, 'nobody', 'password123')).toBeUndefined();
    expect(compare).toHaveBeenCalledExactlyOnceWith(
      'password123',
      expect.stringMatching(/^\$2b\$12\$.{53}$/),
    );
    compare.mockRestore();
  });

  it('may have 72 bytes; longer ones, which bcrypt would cut, are refused', async () => {
    expect(await verifyPassword(store, 'long', 'x'.repeat(72))).toMatchObject({ id: 'long' });
    expect(await verifyPassword(store, 'long', 'x'.repeat(73))).toBeUndefined();
    await expect(hashPassword('x'.repeat(73))).rejects.toThrow(RangeError);
    await expect(hashPassword('é'.repeat(37))).rejects.toThrow(RangeError);
    await expect(hashPassword('')).rejects.toThrow(RangeError);
  });
});

it('a disabled user is not found and cannot sign in', async () => {
  await store.updateTable('users').set({ disabled: 1 }).where('username', '=', 'bob').execute();
  expect(await findUser(store, 'bob')).toBeUndefined();
  expect(await verifyPassword(store, 'bob', 'hunter2')).toBeUndefined();
});

it('demo users are disabled only while they have their public password', async () => {
  const other = await openStore('file::memory:', { migrations: definition.migrations });
  await seedDemoUsers(other, ['read', 'orders:write']);
  const password_hash = await hashPassword('a password of her own');
  await other.updateTable('users').set({ password_hash }).where('username', '=', 'alice').execute();
  expect(await disableDemoUsers(other)).toEqual(['bob']);
  expect(await verifyPassword(other, 'bob', 'hunter2')).toBeUndefined();
  expect(await findUser(other, 'alice')).toBeDefined();
  const compare = vi.spyOn(bcrypt, 'compare');
  await other.deleteFrom('users').where('username', '=', 'alice').execute();
  expect(await disableDemoUsers(other)).toEqual([]);
  expect(compare).not.toHaveBeenCalled();
  compare.mockRestore();
  await other.destroy();
});
