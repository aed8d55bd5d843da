import { expect, it, vi } from 'vitest';
import type { ListedUser, UserManagement } from '../../../../src/platform/oauth/sign-in/accounts.js';
import {
  type PrepareOptions,
  prepareAccounts,
} from '../../../../src/platform/oauth/sign-in/prepare-accounts.js';
import { oneUser } from '../../../support/app/one-user.js';

const scopes = ['notes:read', 'notes:write'].map((name) => ({ name, description: name, default: true }));

function prepare(
  accounts: Partial<PrepareOptions['accounts']>,
  config: Partial<PrepareOptions['config']> = {},
) {
  const logger = { warn: vi.fn() };
  const grants = { endAll: vi.fn(async () => 1) };
  const state = prepareAccounts({
    config: { authMode: 'builtin', demoData: false, ...config },
    accounts: { ...oneUser(), ...accounts },
    grants,
    scopes,
    logger,
  });
  return { state, logger, grants };
}

const listing = (users: Record<string, string>): UserManagement => ({
  normalize: (username) => username,
  list: async () =>
    Object.entries(users).map(
      ([username, of]): ListedUser => ({
        username,
        name: username,
        scopes: of,
        disabled: false,
        created_at: 0,
      }),
    ),
  add: async () => false,
  setPassword: async () => {},
  setDisabled: async () => {},
});

it('accounts that only find users and check passwords need no preparation', async () => {
  const { state, logger } = prepare({});
  expect(await state).toEqual({ hasNoUsers: false, disabled: [] });
  expect(logger.warn).not.toHaveBeenCalled();
});

it('demo users may grant the scopes of the server', async () => {
  const seed = vi.fn(async () => {});
  await prepare({ seed }, { demoData: true }).state;
  expect(seed).toHaveBeenCalledExactlyOnceWith(['notes:read', 'notes:write']);
});

it('demo users of an earlier start are disabled without demo data, and their grants end', async () => {
  const { state, grants, logger } = prepare({
    disableSeeded: async () => ['ann', 'bea'],
    isEmpty: async () => true,
  });
  expect(await state).toEqual({ hasNoUsers: true, disabled: ['ann', 'bea'] });
  expect(grants.endAll.mock.calls).toEqual([[{ username: 'ann' }], [{ username: 'bea' }]]);
  expect(logger.warn).toHaveBeenCalledWith({ users: ['ann', 'bea'] }, expect.stringContaining('DEMO_DATA'));
});

it('users who may grant scopes that do not exist are named, with these scopes', async () => {
  const manage = listing({
    ann: 'notes:read',
    bea: 'notes:read orders:write',
    cleo: 'read  write',
    dora: '',
  });
  const { state, logger } = prepare({ manage });
  await state;
  expect(logger.warn).toHaveBeenCalledExactlyOnceWith(
    { users: ['bea', 'cleo'], count: 2, scopes: ['orders:write', 'read', 'write'] },
    'users may grant scopes that this server does not define',
  );
});

it('of many such users the first ten are named', async () => {
  const names = Array.from({ length: 30 }, (_, index) => `user${index}`);
  const manage = listing(Object.fromEntries(names.map((name) => [name, 'old'])));
  const { state, logger } = prepare({ manage });
  await state;
  expect(logger.warn.mock.calls[0]?.[0]).toMatchObject({ users: names.slice(0, 10), count: 30 });
});

it('users of an identity provider are not checked', async () => {
  const { state, logger } = prepare({ manage: listing({ ann: 'old' }) }, { authMode: 'external' });
  await state;
  expect(logger.warn).not.toHaveBeenCalled();
});
