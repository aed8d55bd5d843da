import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app/app.js';
import { findProgram } from '../support/programs/requirements.js';

const executablePath = findProgram('chromium', 'The landing page in a browser');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ARGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

describe.skipIf(!executablePath)('the landing page', () => {
  let app: TestApp;
  let browser: Browser;
  let context: BrowserContext | undefined;

  beforeAll(async () => {
    app = await startApp({});
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ARGS.split(' ') });
  });

  afterEach(() => context?.close());

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });

  /** Opens the page and collects what it says to the console and whom it asks. */
  async function open(
    options: BrowserContextOptions = {},
    url = app.url,
  ): Promise<{ page: Page; messages: string[]; origins: Set<string> }> {
    context = await browser.newContext(options);
    const page = await context.newPage();
    const messages: string[] = [];
    const origins = new Set<string>();
    page.on('console', (message) => messages.push(message.text()));
    page.on('pageerror', (error) => messages.push(error.message));
    page.on('request', (request) => origins.add(new URL(request.url()).origin));
    await page.goto(url, { waitUntil: 'networkidle' });
    return { page, messages, origins };
  }

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
    ['dark', 360],
  ] as const)('has no accessibility violation in %s at %i px', async (colorScheme, width) => {
    // axe is put into the page by the test, which the page's own policy rightly forbids.
    const { page } = await open({ colorScheme, viewport: { width, height: 800 }, bypassCSP: true });
    await page.addScriptTag({ content: axe });
    const violations = await page.evaluate<{ id: string; nodes: string[] }[]>(
      `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(({ violations }) =>
        violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) })))`,
    );
    expect(violations).toEqual([]);
  });

  it('shows its own address and copies it', async () => {
    const { page } = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
    expect(await page.locator('#endpoint').textContent()).toBe(app.mcpUrl);
    await page.getByRole('button', { name: 'Copy endpoint' }).click();
    await page.getByRole('status').getByText('Copied to the clipboard').waitFor();
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).toBe(app.mcpUrl);
  });

  it('shows the address clients accept, wherever it is opened', async () => {
    const { port } = new URL(app.url);
    const { page } = await open({}, `http://127.0.0.1:${port}/`);
    expect(await page.locator('#endpoint').textContent()).toBe(app.mcpUrl);
  });

  it('shows the address it was opened at where no other is published', async () => {
    const local = await startApp({}, { AUTH_MODE: 'none' });
    const { page } = await open({}, local.url);
    expect(await page.locator('#endpoint').textContent()).toBe(local.mcpUrl);
    await context?.close();
    await local.stop();
  });

  it('copies configuration that is valid JSON with the address in it', async () => {
    const { page } = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
    await page.getByRole('button', { name: 'Copy the VS Code configuration' }).click();
    await page.getByRole('status').getByText('Copied to the clipboard').waitFor();
    const copied = JSON.parse(await page.evaluate<string>('navigator.clipboard.readText()'));
    expect(copied).toEqual({ servers: { acme: { type: 'http', url: app.mcpUrl } } });
  });

  it('says nothing to the console and asks nobody else', async () => {
    const { messages, origins } = await open();
    expect(messages).toEqual([]);
    expect([...origins]).toEqual([app.url]);
  });

  it.each([320, 360])('fits a phone of %i px, with targets for a thumb', async (width) => {
    const { page } = await open({ viewport: { width, height: 740 } });
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    const small = await page.evaluate<string[]>(
      `[...document.querySelectorAll('nav a, footer a, button')]
        .filter((target) => target.getBoundingClientRect().height < 44).map((target) => target.textContent)`,
    );
    expect(small).toEqual([]);
  });

  it('is complete without scripts, but for the copy buttons', async () => {
    const { page } = await open({ javaScriptEnabled: false });
    expect(await page.locator('#endpoint').textContent()).toBe('https://your-host/mcp');
    expect(await page.locator('button:visible').count()).toBe(0);
    expect(await page.locator('tbody tr').count()).toBe(9);
  });
});
