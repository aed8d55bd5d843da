import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Preview, startPreview } from '../../../scripts/preview-card/server.js';
import { defineResource, defineTool } from '../../../src/platform/mcp/define.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { SERVICE_TOKEN } from '../../support/app/port.js';
import { chromiumProgram, launchBrowser } from '../../support/programs/browser.js';
import { TIMEOUT_MS } from './card-host.js';

const scopes: [string] = ['notes:read'];
const page = (uri: string) =>
  defineResource({
    name: uri,
    uri,
    title: uri,
    description: uri,
    mimeType: 'text/html;profile=mcp-app',
    scopes,
    read: () =>
      '<!doctype html><html lang="en"><head><title>Card</title></head><body>A plain card</body></html>',
  });
const first = defineTool({
  name: 'first',
  title: 'The first card',
  description: 'First',
  scopes,
  ui: { resourceUri: 'ui://test/first' },
  handler: () => 'first',
});
const second = defineTool({
  name: 'second',
  title: 'The second card',
  description: 'Second',
  inputSchema: z.object({
    place: z.string().describe('Where'),
    count: z.number().int().default(2).describe('How many'),
    size: z.enum(['small', 'large']),
    urgent: z.boolean().optional(),
    tags: z.array(z.string()).optional(),
  }),
  scopes,
  ui: { resourceUri: 'ui://test/second' },
  handler: (args) => JSON.stringify(args),
});
const plain = defineTool({
  name: 'plain',
  title: 'Plain',
  description: 'No card',
  scopes,
  handler: () => '',
});

describe.skipIf(chromiumProgram === undefined)('the preview of cards it knows nothing of', () => {
  let app: TestApp;
  let preview: Preview;
  let browser: Browser;
  beforeAll(async () => {
    const resources = [page('ui://test/first'), page('ui://test/second')];
    app = await startApp({ tools: [plain, first, second], resources });
    preview = await startPreview({ mcpUrl: app.mcpUrl, token: SERVICE_TOKEN });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    preview?.close();
    await app?.stop();
  });

  const open = async (query: string) => {
    const tab = await browser.newPage();
    await tab.goto(`${preview.url}${query}`);
    return tab;
  };

  it('shows the first one, and offers those there are', async () => {
    const tab = await open('');
    await tab.frameLocator('iframe').getByText('A plain card').waitFor({ timeout: TIMEOUT_MS });
    expect(await tab.getByLabel('Card').locator('option').allTextContents()).toEqual([
      'The first card',
      'The second card',
    ]);
    expect(await tab.getByLabel('Card').inputValue()).toBe('first');
    await tab.close();
  });

  it('has an input for each argument, and calls the tool with what is in them', async () => {
    const tab = await open('?card=second&arg.place=Here&arg.size=large');
    await tab.getByText(/^called/).waitFor({ timeout: TIMEOUT_MS });
    expect(await tab.getByText(/^called/).textContent()).toBe(
      'called {"name":"second","arguments":{"place":"Here","size":"large"}}',
    );
    expect(await tab.getByLabel('Where').inputValue()).toBe('Here');
    expect(await tab.getByLabel('How many. Default: 2.').inputValue()).toBe('');
    await tab.getByLabel('tags').fill('["a","b"]');
    await tab.getByLabel('urgent').selectOption('true');
    await tab.getByText('"urgent":true').waitFor({ timeout: TIMEOUT_MS });
    expect(await tab.getByText(/^called/).textContent()).toBe(
      'called {"name":"second","arguments":{"place":"Here","size":"large","urgent":true,"tags":["a","b"]}}',
    );
    await tab.close();
  });

  it('says that a tool has no card', async () => {
    const tab = await open('?card=plain');
    await tab.getByText('There is no tool plain with a card').waitFor({ timeout: TIMEOUT_MS });
    await tab.close();
  });
});
