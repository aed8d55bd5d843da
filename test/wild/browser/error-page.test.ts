import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FixtureApp, startFixture } from '../../support/app/fixture.js';
import { accessibilityProblems, chromiumProgram, launchBrowser } from '../../support/programs/browser.js';

describe.skipIf(chromiumProgram === undefined)('a person who opens an address of clients', () => {
  let app: FixtureApp;
  let browser: Browser;
  beforeAll(async () => {
    app = await startFixture();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });

  it.each([
    ['/mcp', 'light', 1280],
    ['/mcp', 'dark', 360],
    ['/nothing', 'light', 360],
    ['/nothing', 'dark', 1280],
  ] as const)('sees at %s in %s at %i px a page that everyone can use', async (path, colorScheme, width) => {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    await page.goto(`${app.url}${path}`);
    expect(await page.locator('#endpoint').textContent()).toBe(app.mcpUrl);
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await page.getByRole('link', { name: 'How to connect an assistant' }).click();
    expect(page.url()).toBe(`${app.url}/#connect`);
    expect(faults).toEqual([]);
    await context.close();
  });
});
