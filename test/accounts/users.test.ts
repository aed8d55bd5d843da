import bcrypt from 'bcrypt';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { demoUsers, disableDemoUsers, seedDemoUsers } from '../../src/accounts/demo-users.js';
import { accountsMigrations } from '../../src/accounts/migrations/index.js';
import { addUser, findUser, hashPassword, verifyPassword } from '../../src/accounts/users.js';
import type { Store } from '../../src/platform/store/database.js';
import definition from '../../src/server.js';
import { openTestStore } from '../support/app/database.js';

let store: Store;
beforeAll(async () => {
  store = await openTestStore(definition.migrations);
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

describe('user names', () => {
  const password = 'a password';
  /** Opens a database as the last release left it, with these users, and brings it up to date. */
  async function upgraded(...usernames: string[]): Promise<Store> {
    const { 'accounts-0001-users': first } = accountsMigrations;
    const before = await openTestStore();
    await first?.up(before as never);
    const password_hash = await hashPassword(password);
    for (const username of usernames) {
      const row = { username, name: username, scopes: 'read', created_at: 0, password_hash };
      await before.insertInto('users').values(row).execute();
    }
    await accountsMigrations['accounts-0002-comparable-names']?.up(before as never);
    onTestFinished(() => before.destroy());
    return before;
  }
  const whoIs = async (of: Store, typed: string) => (await verifyPassword(of, typed, password))?.id;

  it.each(['ann', 'ANN', ' Ann ', 'ａｎｎ', 'A\u200bnn'])('%s is ann', async (typed) => {
    expect(await whoIs(await upgraded('ann', 'bea'), typed)).toBe('ann');
  });

  it('a name that was stored decomposed is found as every keyboard types it', async () => {
    const old = await upgraded('jose\u0301');
    expect(await whoIs(old, 'José')).toBe('jose\u0301');
    expect(await whoIs(old, 'JOSE\u0301')).toBe('jose\u0301');
    expect(await whoIs(old, 'jose')).toBeUndefined();
  });

  it('users of before whose names compare equal go on signing in, each by the exact name', async () => {
    const old = await upgraded('ann', 'ａｎｎ');
    expect(await whoIs(old, 'Ann')).toBe('ann');
    expect(await whoIs(old, 'ａｎｎ')).toBe('ａｎｎ');
    expect(await whoIs(old, 'ａNN')).toBeUndefined();
    await old.updateTable('users').set({ disabled: 1 }).where('username', '=', 'ann').execute();
    expect(await whoIs(old, 'ANN')).toBeUndefined();
  });

  it('a name that only looks different is taken', async () => {
    const old = await upgraded('ann', 'jose\u0301');
    const user = { name: 'x', scopes: 'read', passwordHash: 'x' };
    for (const username of ['ann', 'ａｎｎ', 'josé', 'a\u00adnn']) {
      expect(await addUser(old, { ...user, username })).toBe(false);
    }
    expect(await addUser(old, { ...user, username: 'anna' })).toBe(true);
  });

  it('of names that only look different, one is added, also when they are added at the same moment', async () => {
    const user = { name: 'x', scopes: 'read', passwordHash: 'x' };
    const names = ['zoé', 'zoe\u0301', 'ｚｏé', 'z\u00adoé'];
    const added = await Promise.all(names.map((username) => addUser(store, { ...user, username })));
    expect(added.filter(Boolean)).toHaveLength(1);
  });
});

describe('passwords with accents', () => {
  const composed = 'Pässwörd é';
  const decomposed = composed.normalize('NFD');
  async function storedAs(hash: string): Promise<void> {
    await store.updateTable('users').set({ password_hash: hash }).where('username', '=', 'long').execute();
  }

  it.each([
    ['is made from what one keyboard types', composed],
    ['is made from what another types', decomposed],
  ])('open the account from any keyboard when the hash %s', async (_what, typed) => {
    await storedAs(await hashPassword(typed));
    for (const form of [composed, decomposed]) {
      expect(await verifyPassword(store, 'long', form)).toMatchObject({ id: 'long' });
    }
    expect(await verifyPassword(store, 'long', 'Passwörd é')).toBeUndefined();
  });

  it('go on opening an account whose hash an earlier version made, in whatever form', async () => {
    const mixed = `${decomposed}${composed}`;
    for (const old of [composed, decomposed, mixed]) {
      await storedAs(await bcrypt.hash(old, 4));
      expect(await verifyPassword(store, 'long', old)).toMatchObject({ id: 'long' });
    }
    await storedAs(await bcrypt.hash(decomposed, 4));
    expect(await verifyPassword(store, 'long', composed)).toMatchObject({ id: 'long' });
  });

  it('cost unknown and known users the same, and three hashes at most', async () => {
    await storedAs(await bcrypt.hash('x', 4));
    const compare = vi.spyOn(bcrypt, 'compare');
    for (const typed of [composed, decomposed, `${decomposed}${composed}`]) {
      compare.mockClear();
      await verifyPassword(store, 'long', typed);
      const known = compare.mock.calls.length;
      compare.mockClear();
      await verifyPassword(store, 'nobody', typed);
      expect(compare.mock.calls.length).toBe(known);
      expect(known).toBeLessThanOrEqual(3);
    }
    compare.mockRestore();
  });

  it('may have 72 bytes in the composed form', async () => {
    await storedAs(await hashPassword('é'.repeat(36).normalize('NFD')));
    expect(await verifyPassword(store, 'long', 'é'.repeat(36))).toMatchObject({ id: 'long' });
    expect(await verifyPassword(store, 'long', 'é'.repeat(36).normalize('NFD'))).toMatchObject({
      id: 'long',
    });
    expect(await verifyPassword(store, 'long', 'é'.repeat(37))).toBeUndefined();
  });
});

it('a disabled user is not found and cannot sign in', async () => {
  await store.updateTable('users').set({ disabled: 1 }).where('username', '=', 'bob').execute();
  expect(await findUser(store, 'bob')).toBeUndefined();
  expect(await verifyPassword(store, 'bob', 'hunter2')).toBeUndefined();
});

it('demo users are added without hashing, with the passwords that the start prints', async () => {
  const hash = vi.spyOn(bcrypt, 'hash');
  const other = await openTestStore(definition.migrations);
  await seedDemoUsers(other, ['read']);
  expect(hash).not.toHaveBeenCalled();
  for (const { username, password } of demoUsers)
    expect(await verifyPassword(other, username, password)).toMatchObject({ id: username });
  hash.mockRestore();
  await other.destroy();
});

it('demo users are disabled only while they have their public password', async () => {
  const other = await openTestStore(definition.migrations);
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
