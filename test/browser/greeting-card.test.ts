import type { Browser, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Preview, startPreview } from '../../scripts/preview-card/server.js';
import { accessibilityProblems, chromiumProgram, launchBrowser } from '../support/browser.js';
import { signInForTokens } from '../support/oauth.js';
import { startServer, type TestServer } from '../support/server.js';
import { HOSTILE } from '../tools/greeting-card/hostile.js';

/** How long a card may take to do what it should, in milliseconds. Then the test says what was missing. */
const PATIENCE = 10_000;

describe.skipIf(chromiumProgram === undefined)('the greeting card in a real host', () => {
  let server: TestServer;
  let preview: Preview;
  let browser: Browser;
  let page: Page;
  let problems: string[];
  beforeAll(async () => {
    server = await startServer();
    const tokens = await signInForTokens(server.url);
    preview = await startPreview(server.mcpUrl, tokens.access_token);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    preview?.close();
    await server?.stop();
  });
  beforeEach(async () => {
    page = await browser.newPage();
    problems = [];
    page.on('console', (message) => {
      // The bridge logs every message, and 2025-era clients try a stream that this server does not offer.
      const expected = message.type() === 'debug' || message.text().includes('405');
      if (!expected) problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));
    return () => page.close();
  });

  async function open(query: Record<string, string> = {}): Promise<Frame> {
    await page.goto(`${preview.url}?${new URLSearchParams(query)}`);
    await happened(query['source'] === 'embedded' ? 'loaded' : 'result sent');
    const frame = page.frames().find((candidate) => candidate !== page.mainFrame());
    if (frame === undefined) throw new Error('The host shows no card');
    return frame;
  }

  /** Waits for an entry in the host's log and gives what it says. */
  async function happened(name: string): Promise<unknown> {
    const find = `window.hostLog.events.find((event) => event.name === ${JSON.stringify(name)} || event.name === 'failed')`;
    const event = await page.waitForFunction(find, undefined, { timeout: PATIENCE }).catch(async () => {
      const log = await page.evaluate('JSON.stringify(window.hostLog?.events)');
      throw new Error(`The host never heard "${name}", only ${log}`);
    });
    const { name: heard, detail } = (await event.jsonValue()) as { name: string; detail: unknown };
    if (heard === 'failed') throw new Error(`The host failed: ${detail}`);
    return detail;
  }

  const height = async () => Number(await page.locator('iframe').getAttribute('height'));
  const colour = (frame: Frame, property: 'color' | 'background-color') =>
    frame.evaluate(`getComputedStyle(document.getElementById('card')).getPropertyValue('${property}')`);

  it.each(['2026-07-28', 'legacy'])(
    'introduces itself, shows the message and reports its size (%s)',
    async (era) => {
      const frame = await open({ era, message: 'Good morning' });
      expect(await happened('initialized')).toEqual({ name: 'greeting-card', version: '1.0.0' });
      await frame.getByText('Good morning').waitFor({ timeout: PATIENCE });
      expect(await frame.locator('h1').textContent()).toBe('Hello, Alice!');
      expect(await frame.locator('#card').getAttribute('data-state')).toBe('ready');
      expect(await happened('size')).toBeGreaterThan(0);
      expect(problems).toEqual([]);
    },
  );

  it.each(['template', 'embedded'])('5: shows hostile text as text (%s)', async (source) => {
    const frame = await open({ source, message: HOSTILE });
    await frame.getByText('<img src=x').waitFor({ timeout: PATIENCE });
    expect(await frame.locator('#message').textContent()).toBe(HOSTILE);
    expect(await frame.locator('#message *').count()).toBe(0);
    expect(await frame.locator('script').count()).toBe(1);
    expect(problems).toEqual([]);
  });

  it('7: follows the theme and the colours of the host', async () => {
    const frame = await open({ theme: 'dark' });
    expect(await colour(frame, 'background-color')).toBe('rgb(32, 35, 42)');
    expect(await colour(frame, 'color')).toBe('rgb(242, 243, 245)');
    await page.getByLabel('Theme').selectOption('light');
    await expect.poll(() => colour(frame, 'background-color')).toBe('rgb(255, 255, 255)');
    const connext = await open({ palette: 'connext' });
    expect(await colour(connext, 'background-color')).toBe('rgb(19, 35, 58)');
    const own = await open({ palette: 'none', theme: 'dark' });
    expect(await colour(own, 'background-color')).toBe('rgb(31, 28, 25)');
  });

  it('rolls the dice of the server for a new look', async () => {
    const frame = await open();
    await frame.getByRole('button', { name: 'Roll for a new look' }).click();
    await frame.getByText(/You rolled a [1-6]\./).waitFor({ timeout: PATIENCE });
    const rolled = /\d/.exec((await frame.locator('#status').textContent()) ?? '')?.[0];
    expect(await frame.locator('#card').getAttribute('data-design')).toBe(rolled);
  });

  it('sends a message to the chat', async () => {
    const frame = await open();
    await frame.getByRole('button', { name: 'Say thanks' }).click();
    expect(await happened('message')).toEqual([{ type: 'text', text: 'Thanks for the greeting card!' }]);
    await frame.getByText('Sent.').waitFor({ timeout: PATIENCE });
  });

  it('grows and shrinks with its text', async () => {
    await open({ message: 'Short' });
    const short = await height();
    await page.evaluate('window.sendResult("A long line. ".repeat(120))');
    await expect.poll(height).toBeGreaterThan(short + 100);
    await page.evaluate('window.sendResult("Short")');
    await expect.poll(height).toBe(short);
  });

  it('answers the teardown', async () => {
    await open();
    expect(await page.evaluate('window.tearDown()')).toEqual({});
  });

  it('ignores messages that do not come from the host', async () => {
    const frame = await open({ message: 'Genuine' });
    await frame.getByText('Genuine').waitFor({ timeout: PATIENCE });
    await frame.evaluate(`
      const params = { structuredContent: { username: 'Mallory', message: 'Forged' } };
      const data = { jsonrpc: '2.0', method: 'ui/notifications/tool-result', params };
      window.dispatchEvent(new MessageEvent('message', { data, source: window }));
      new Promise((resolve) => {
        window.addEventListener('message', resolve);
        window.postMessage(data, '*');
      }).then(() => null);
    `);
    expect(await frame.locator('#message').textContent()).toBe('Genuine');
  });

  it('shows no button to a host that can do nothing, and both to one that says nothing', async () => {
    const refused = await open({ capabilities: 'none' });
    expect(await refused.getByRole('button').count()).toBe(0);
    const silent = await open({ capabilities: 'silent' });
    expect(await silent.getByRole('button').count()).toBe(2);
  });

  it('8: without a bridge or without scripts the embedded card stands, without buttons', async () => {
    for (const scripts of ['on', 'off']) {
      await page.goto(
        `${preview.url}?${new URLSearchParams({ source: 'embedded', scripts, message: 'Standing' })}`,
      );
      await happened('loaded');
      const card = page.frameLocator('iframe');
      expect(await card.locator('#message').textContent()).toBe('Standing');
      expect(await card.getByRole('button').count()).toBe(0);
    }
  });

  it.each(['light', 'dark'] as const)('has no accessibility problem in %s', async (theme) => {
    await page.emulateMedia({ colorScheme: theme });
    for (const palette of ['standard', 'none']) {
      const frame = await open({ theme, palette, message: 'Readable' });
      await frame.getByRole('button', { name: 'Say thanks' }).click();
      await frame.getByText('Sent.').waitFor({ timeout: PATIENCE });
      expect(await accessibilityProblems(frame)).toEqual([]);
    }
  });

  it('fits 320 pixels', async () => {
    await page.setViewportSize({ width: 320, height: 700 });
    const frame = await open({ message: 'Unbreakable'.repeat(30) });
    await frame.getByText('Unbreakable').waitFor({ timeout: PATIENCE });
    const [content, visible] = await frame.evaluate<number[]>(
      '[document.documentElement.scrollWidth, innerWidth]',
    );
    expect(content).toBeLessThanOrEqual(visible ?? 0);
  });
});
