import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { authorizeUrl, pkce, register } from '../../support/oauth/oauth.js';
import { accessibilityProblems, chromiumProgram, launchBrowser } from '../../support/programs/browser.js';
import { startServer, type TestServer } from '../../support/programs/server.js';

describe.skipIf(chromiumProgram === undefined)('signing in with a real browser', () => {
  let server: TestServer;
  let client: Server;
  let callback: string;
  let browser: Browser;
  let target: string;
  let page: Page;
  beforeAll(async () => {
    server = await startServer({ RATE_LIMIT_SCALE: '100' });
    client = createServer((_req, res) => res.end('<!doctype html><title>Connected</title>')).listen(
      0,
      '127.0.0.1',
    );
    await once(client, 'listening');
    callback = `http://127.0.0.1:${(client.address() as AddressInfo).port}/callback`;
    const { client_id } = await register(server.url, {
      redirect_uris: [callback],
      client_name: 'Browser client',
    });
    const parameters = { redirect_uri: callback, scope: 'notes:read notes:write' };
    target = authorizeUrl(server.url, client_id, pkce().challenge, parameters).href;
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    client?.close();
    await server?.stop();
  });
  beforeEach(async () => {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
    page = await context.newPage();
    return () => context.close();
  });

  const answer = () => Object.fromEntries(new URL(page.url()).searchParams);
  const button = (name: string) => page.getByRole('button', { name });

  it('lands on the callback of another origin with a code', async () => {
    await page.goto(target);
    await page.getByLabel('User name').fill('ann');
    await page.getByLabel('Password').fill('the password of ann');
    await button('Sign in and allow').click();
    await page.waitForURL(`${callback}**`);
    expect(answer()).toMatchObject({ code: expect.any(String), state: 'a state&=', iss: server.url });
  });

  it('says clearly that the password is wrong, keeps the user name, and lets the user try again', async () => {
    await page.goto(target);
    await page.getByLabel('User name').fill('ann');
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('checkbox').uncheck();
    await button('Sign in and allow').click();
    expect(await page.getByRole('alert').textContent()).toContain('wrong');
    expect(await page.getByLabel('User name').inputValue()).toBe('ann');
    expect(await page.evaluate('document.activeElement.id')).toBe('password');
    expect(await page.getByRole('checkbox').isChecked()).toBe(false);
    await page.getByLabel('Password').fill('the password of ann');
    await page.getByLabel('Password').press('Enter');
    await page.waitForURL(`${callback}**`);
    expect(answer()).toHaveProperty('code');
  });

  it('a second click before the first is answered does no harm', async () => {
    await page.goto(target);
    await page.getByLabel('User name').fill('ann');
    await page.getByLabel('Password').fill('the password of ann');
    const { x = 0, y = 0 } = (await button('Sign in and allow').boundingBox()) ?? {};
    // Uses the mouse itself, because a locator would wait for the navigation that the first click starts.
    await page.mouse.click(x + 9, y + 9);
    await page.mouse.click(x + 9, y + 9);
    await page.waitForURL(`${callback}**`);
    expect(answer()).toHaveProperty('code');
  });

  it('Cancel returns to the client without credentials', async () => {
    await page.goto(target);
    await button('Cancel').click();
    await page.waitForURL(`${callback}**`);
    expect(answer()).toMatchObject({ error: 'access_denied' });
  });

  it('works without JavaScript, and an optional scope can be cleared', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    page = await context.newPage();
    await page.goto(target);
    await page.getByRole('checkbox', { name: /Write and delete your notes/ }).uncheck();
    await page.getByLabel('User name').fill('ann');
    await page.getByLabel('Password').fill('the password of ann');
    await button('Sign in and allow').click();
    await page.waitForURL(`${callback}**`);
    expect(answer()).toHaveProperty('code');
    await context.close();
  });

  it.each(['light', 'dark'] as const)(
    'has no accessibility problem in %s, also with a message',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      await page.goto(target);
      expect(await accessibilityProblems(page)).toEqual([]);
      await page.getByLabel('User name').fill('ann');
      await page.getByLabel('Password').fill('wrong');
      await button('Sign in and allow').click();
      await page.getByRole('alert').waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      await page.goto(`${server.url}/login?request=unknown`);
      expect(await accessibilityProblems(page)).toEqual([]);
    },
  );

  it('fits a phone without sideways scrolling and logs nothing to the console', async () => {
    const messages: string[] = [];
    page.on('console', (message) => messages.push(message.text()));
    await page.setViewportSize({ width: 320, height: 640 });
    await page.goto(target);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
    expect(messages).toEqual([]);
  });
});
