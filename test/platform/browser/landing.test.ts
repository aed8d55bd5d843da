import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { contentOf } from '../../../src/platform/define-server.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { accessibilityProblems, chromiumProgram, launchBrowser } from '../../support/programs/browser.js';
import { brand as notebook } from '../fixture/brand.js';
import fixture from '../fixture/server.js';

const content = contentOf(fixture);
/** A brand that strains the layout of the page. */
const brand = {
  ...notebook,
  name: 'مركز الأسنان الأزرق — Blue Dental Clinic and Orthodontic Surgery of Northern Springfield',
  tagline: 'Ask about your teeth, your appointments and every unquestionablylongword.',
  legalLinks: [{ label: 'Privacy policy', url: 'https://example.com/privacy' }],
  supportEmail: 'help@example.com',
};

describe.skipIf(chromiumProgram === undefined)('the landing page', () => {
  let app: TestApp;
  let browser: Browser;
  let context: BrowserContext | undefined;

  beforeAll(async () => {
    app = await startApp(content as never);
    browser = await launchBrowser();
  });

  afterEach(() => context?.close());

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });

  /** Opens the page and collects its console messages and requests. */
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
    const { page } = await open({ colorScheme, viewport: { width, height: 800 } });
    expect(await accessibilityProblems(page)).toEqual([]);
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

  it('copies configuration that is valid JSON with the address in it', async () => {
    const { page } = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
    await page.getByRole('button', { name: 'Copy the VS Code configuration' }).click();
    await page.getByRole('status').getByText('Copied to the clipboard').waitFor();
    const copied = JSON.parse(await page.evaluate<string>('navigator.clipboard.readText()'));
    expect(copied).toEqual({ servers: { notebook: { type: 'http', url: app.mcpUrl } } });
  });

  it('logs nothing to the console and makes no outside requests', async () => {
    const { messages, origins } = await open();
    expect(messages).toEqual([]);
    expect([...origins]).toEqual([app.url]);
  });

  it.each([
    [320, 'its own brand', notebook],
    [360, 'its own brand', notebook],
    [320, 'a long name that is read from right to left', brand],
  ])('fits a phone of %i px with %s, with targets for a thumb', async (width, _name, shown) => {
    const branded = await startApp(content as never, {}, { brand: shown });
    const { page } = await open({ viewport: { width, height: 740 } }, branded.url);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    const small = await page.evaluate<string[]>(
      `[...document.querySelectorAll('nav a, footer a, button')]
        .filter((target) => target.getBoundingClientRect().height < 44).map((target) => target.textContent)`,
    );
    expect(small).toEqual([]);
    await context?.close();
    await branded.stop();
  });

  it('is complete without scripts, except for the copy buttons', async () => {
    const { page } = await open({ javaScriptEnabled: false });
    expect(await page.locator('#endpoint').textContent()).toBe(app.mcpUrl);
    expect(await page.locator('button:visible').count()).toBe(0);
    expect(await page.locator('#tools tbody tr').count()).toBe(content.tools.length);
  });
});
