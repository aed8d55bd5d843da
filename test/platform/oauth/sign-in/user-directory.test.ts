import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UnavailableError } from '../../../../src/platform/http/errors.js';
import type { Accounts } from '../../../../src/platform/oauth/sign-in/accounts.js';
import { createUserDirectory } from '../../../../src/platform/oauth/sign-in/user-directory.js';
import { startApp, type TestApp } from '../../../support/app/app.js';
import { ping, tokenWorks } from '../../../support/app/clients.js';
import { onlyOnFile } from '../../../support/app/database.js';
import { oneUser, PASSWORD } from '../../../support/app/one-user.js';
import { refresh, signInForTokens } from '../../../support/oauth/oauth.js';

const ada = { id: 'ada', name: 'Ada', scopes: ['notes:read'] };

describe('a user who was found recently', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());
  const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);

  function directoryOf(findUser: Accounts['findUser'], cacheSeconds?: number) {
    const spy = vi.fn(findUser);
    const directory = createUserDirectory({
      findUser: spy,
      verifyPassword: async () => undefined,
      ...(cacheSeconds !== undefined && { cacheSeconds }),
    });
    return { directory, spy };
  }

  it('is looked up again after five seconds, and once for simultaneous requests', async () => {
    const { directory, spy } = directoryOf(async () => ada);
    await Promise.all([1, 2, 3].map(() => directory.findRecent('ada')));
    pass(4999);
    expect(await directory.findRecent('ada')).toBe(ada);
    expect(spy).toHaveBeenCalledTimes(1);
    pass(1);
    await directory.findRecent('ada');
    expect(spy).toHaveBeenCalledTimes(2);
  });

  it('is looked up at every request when cacheSeconds is 0', async () => {
    const { directory, spy } = directoryOf(async () => ada, 0);
    await directory.findRecent('ada');
    await directory.findRecent('ada');
    expect(spy).toHaveBeenCalledTimes(2);
  });

  it('is not cached while unknown, so that an enabled user is let in at once', async () => {
    let isEnabled = false;
    const { directory } = directoryOf(async () => (isEnabled ? ada : undefined));
    expect(await directory.findRecent('ada')).toBeUndefined();
    isEnabled = true;
    expect(await directory.findRecent('ada')).toBe(ada);
  });

  it('is not cached after a failure', async () => {
    let isDown = true;
    const { directory } = directoryOf(async () => {
      if (isDown) throw new Error('connect ECONNREFUSED');
      return ada;
    });
    await expect(directory.findRecent('ada')).rejects.toThrow(UnavailableError);
    isDown = false;
    expect(await directory.findRecent('ada')).toBe(ada);
  });

  it('is cached by id, for up to 10000 users', async () => {
    const { directory, spy } = directoryOf(async (id) => ({ ...ada, id }));
    for (let index = 0; index <= 10_000; index += 1) await directory.findRecent(`user ${index}`);
    expect((await directory.findRecent('user 10000'))?.id).toBe('user 10000');
    expect(spy).toHaveBeenCalledTimes(10_001);
    await directory.findRecent('user 0');
    expect(spy).toHaveBeenCalledTimes(10_002);
  });
});

describe('a running server', () => {
  let app: TestApp;
  afterEach(() => app.stop());

  it('looks a user up once for successive requests, but at every refresh', async () => {
    onlyOnFile('Each server remembers users for itself, so there are more look-ups.');
    const accounts: Accounts = { ...oneUser(), cacheSeconds: 3600 };
    const findUser = vi.spyOn(accounts, 'findUser');
    app = await startApp({}, {}, { accounts });
    const tokens = await signInForTokens(app.url, { username: 'ada', password: PASSWORD });
    for (const _request of [1, 2, 3]) expect(await tokenWorks(app.mcpUrl, tokens.access_token)).toBe(true);
    expect(findUser).toHaveBeenCalledTimes(1);
    await refresh(app.url, tokens);
    expect(findUser).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['UnavailableError', () => new UnavailableError('The staff directory does not answer')],
    ['any other error', () => new Error('connect ECONNREFUSED 10.0.0.7:636')],
  ])(
    'answers 503 with Retry-After while the directory throws %s, and reveals nothing of it',
    async (_what, error) => {
      const accounts = oneUser();
      app = await startApp({}, {}, { accounts });
      const tokens = await signInForTokens(app.url, { username: 'ada', password: PASSWORD });
      const find = vi.spyOn(accounts, 'findUser').mockRejectedValue(error());
      const called = await ping(app.mcpUrl, `Bearer ${tokens.access_token}`);
      for (const response of [called, await refresh(app.url, tokens)]) {
        expect(response.status).toBe(503);
        expect(response.headers.get('retry-after')).toBe('30');
        expect(await response.text()).not.toContain('10.0.0.7');
      }
      find.mockRestore();
      expect(await tokenWorks(app.mcpUrl, tokens.access_token)).toBe(true);
      expect((await refresh(app.url, tokens)).status).toBe(200);
    },
  );
});
