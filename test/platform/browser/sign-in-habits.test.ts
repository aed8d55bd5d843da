import { createServer, type Server } from 'node:http';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { closeServer, listenLocally } from '../../support/app/port.js';
import { authorizeUrl, pkce, register } from '../../support/oauth/oauth.js';
import { accessibilityProblems, chromiumProgram, launchBrowser } from '../../support/programs/browser.js';
import { startServer, type TestServer } from '../../support/programs/server.js';

/** A client that waits for its popup, and the callback page that reports to it. */
const PAGES: Record<string, string> = {
  '/': '<!doctype html><title>Client</title><script>addEventListener("message", (e) => { document.title = e.data })</script>',
  '/callback':
    '<!doctype html><title>Connected</title><script>opener?.postMessage(location.search, "*")</script>',
};

describe.skipIf(chromiumProgram === undefined)('people sign in as they are used to', () => {
  let server: TestServer;
  let client: Server;
  let origin: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let website: string;
  let application: string;
  beforeAll(async () => {
    server = await startServer({ RATE_LIMIT_SCALE: '100' });
    client = createServer((req, res) => {
      const body = PAGES[new URL(req.url ?? '', 'http://x').pathname] ?? '';
      res.setHeader('Content-Type', 'text/html').end(body);
    });
    origin = `http://127.0.0.1:${await listenLocally(client)}`;
    website = (await register(server.url, { redirect_uris: [`${origin}/callback`] })).client_id;
    application = (await register(server.url, { redirect_uris: ['com.example.app:/callback?x'] })).client_id;
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    if (client) await closeServer(client);
    await server?.stop();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
    return () => context.close();
  });

  const target = (state: string, changes: Record<string, string> = {}) =>
    authorizeUrl(server.url, website, pkce().challenge, {
      redirect_uri: `${origin}/callback`,
      state,
      ...changes,
    }).href;
  const applicationTarget = () =>
    authorizeUrl(server.url, application, pkce().challenge, { redirect_uri: 'com.example.app:/callback?x' })
      .href;
  const fillIn = async (tab: Page) => {
    await tab.getByLabel('User name').fill('ann');
    await tab.getByLabel('Password').fill('the password of ann');
  };
  const finish = async (tab: Page) => {
    await fillIn(tab);
    await tab.getByRole('button', { name: 'Sign in and allow' }).click();
    await tab.waitForURL(`${origin}/callback**`);
    return Object.fromEntries(new URL(tab.url()).searchParams);
  };

  it('a password manager that calls form.submit() signs in', async () => {
    await page.goto(target('one'));
    await fillIn(page);
    await page.evaluate('document.querySelector("form").submit()');
    await page.waitForURL(`${origin}/callback**`);
    expect(new URL(page.url()).searchParams.get('code')).toMatch(/./);
  });

  it('an extension that reads the form before it is sent does not keep it from being sent', async () => {
    await page.goto(target('read'));
    await fillIn(page);
    await page.evaluate('void new FormData(document.querySelector("form"))');
    expect(await finish(page)).toMatchObject({ state: 'read', code: expect.any(String) });
  });

  it('tabs opened at the same moment all finish, in another order, one after a reload', async () => {
    const tabs = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (state) => {
        const tab = await context.newPage();
        await tab.goto(target(state));
        return { state, tab };
      }),
    );
    await tabs[1]?.tab.reload();
    for (const { state, tab } of tabs.toReversed()) {
      expect(await finish(tab)).toMatchObject({ state, code: expect.any(String) });
    }
    const cookies = await context.cookies(`${server.url}/`);
    expect(cookies.map(({ name }) => name)).toEqual([]);
  });

  it('going back to an earlier sign-in finishes that one', async () => {
    await page.goto(target('earlier'));
    await page.goto(target('later'));
    await page.goBack();
    expect(await finish(page)).toMatchObject({ state: 'earlier', code: expect.any(String) });
  });

  it('a hostile page that loads hundreds of sign-ins into itself ends none that is open', async () => {
    await page.goto(target('mine'));
    const hostile = await context.newPage();
    // Ports do not make another site, so this page is as close to the server as a hostile one can be.
    await hostile.goto(origin.replace('127.0.0.1', 'localhost'));
    const url = JSON.stringify(target('hostile'));
    await hostile.evaluate(`(async () => {
      const loaded = (element) => new Promise((done) => { element.onload = element.onerror = done; });
      const make = (tag) => Object.assign(document.body.appendChild(document.createElement(tag)), { src: ${url} });
      await Promise.all(Array.from({ length: 40 }, () => ['img', 'iframe'].map((tag) => loaded(make(tag)))).flat());
      await Promise.all(Array.from({ length: 40 }, () => fetch(${url}, { mode: 'no-cors', credentials: 'include' })));
    })()`);
    expect((await context.cookies(server.url)).length).toBe(1);
    expect(await finish(page)).toMatchObject({ state: 'mine', code: expect.any(String) });
  });

  it('no browser keeps more than ten open sign-ins', async () => {
    for (let index = 0; index < 14; index += 1) await page.goto(target(String(index)));
    expect((await context.cookies(server.url)).length).toBe(10);
    expect(await finish(page)).toMatchObject({ state: '13', code: expect.any(String) });
  });

  it('a client that opens a popup hears from it, and can watch it, up to the end', async () => {
    await page.goto(origin);
    const opened = context.waitForEvent('page');
    await page.evaluate(`globalThis.popup = open(${JSON.stringify(target('popup'))}, '', 'popup')`);
    const popup = await opened;
    await popup.getByLabel('User name').waitFor();
    expect(await page.evaluate('popup.closed')).toBe(false);
    expect(await popup.evaluate('opener !== null')).toBe(true);
    const { code } = await finish(popup);
    await page.waitForFunction('document.title !== "Client"');
    expect(new URLSearchParams(await page.title()).get('code')).toBe(code);
    await page.evaluate('popup.close()');
    expect(await page.evaluate('popup.closed')).toBe(true);
  });

  it('a popup that ends on a page about an error keeps its opener, too', async () => {
    await page.goto(origin);
    for (const url of [
      target('x', { client_id: 'nobody' }),
      `${server.url}/login?request=x`,
      `${server.url}/none`,
    ]) {
      const opened = context.waitForEvent('page');
      await page.evaluate(`globalThis.popup = open(${JSON.stringify(url)}, '', 'popup')`);
      const popup = await opened;
      await popup.waitForLoadState();
      expect(await popup.evaluate('opener !== null'), url).toBe(true);
      expect(await page.evaluate('popup.closed'), url).toBe(false);
      await popup.close();
    }
  });

  it.each(['the button', 'form.submit()'])(
    'when an application takes over after %s, the page says that it can be closed',
    async (way) => {
      await page.goto(applicationTarget());
      expect(await page.textContent('body')).not.toContain('You can close this page');
      await fillIn(page);
      const answered = page.waitForResponse((response) => response.request().method() === 'POST');
      if (way === 'the button') await page.getByRole('button', { name: 'Sign in and allow' }).click();
      else await page.evaluate('document.querySelector("form").submit()');
      expect((await answered).headers()['location']).toMatch(/^com\.example\.app:\/callback\?x&code=/);
      await page
        .getByText('com.example.app should open in a moment. You can close this page then.')
        .waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
    },
  );

  it('a browser that sends no cookies is told so, and what to do', async () => {
    await page.goto(target('blocked'));
    await fillIn(page);
    await context.clearCookies();
    await page.getByRole('button', { name: 'Sign in and allow' }).click();
    const message = () => page.getByRole('alert').textContent();
    expect(await message()).toContain('If it blocks cookies, allow them');
    await page.goto(target('blocked'));
    await context.clearCookies();
    await page.reload();
    expect(await message()).toContain('If it blocks cookies, allow them');
  });

  it('a password can be looked at, and is a password again when it is sent', async () => {
    await page.goto(target('reveal', { login_hint: 'ann' }));
    expect(await page.getByLabel('User name').inputValue()).toBe('ann');
    expect(await page.evaluate('document.activeElement.id')).toBe('password');
    const button = page.getByRole('button', { name: 'Show password' });
    await page.getByLabel('Password').fill('wrong');
    await button.click();
    expect(await page.getByLabel('Password').getAttribute('type')).toBe('text');
    expect(await button.getAttribute('aria-pressed')).toBe('true');
    expect(await accessibilityProblems(page)).toEqual([]);
    const type = page.evaluate(
      'new Promise((done) => document.forms[0].addEventListener("formdata", () => setTimeout(() => done(document.querySelector("#password").type))))',
    );
    await page.getByLabel('Password').press('Enter');
    expect(await type).toBe('password');
    expect(await page.getByRole('alert').textContent()).toContain('wrong');
  });

  it('without JavaScript there is no button that would do nothing', async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false });
    const tab = await plain.newPage();
    await tab.goto(target('plain'));
    expect(await tab.getByRole('button').allTextContents()).toEqual(['Sign in and allow', 'Cancel']);
    await plain.close();
  });
});
