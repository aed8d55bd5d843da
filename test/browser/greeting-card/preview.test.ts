import { describe, expect, it } from 'vitest';
import { chromiumProgram } from '../../support/programs/browser.js';
import { TIMEOUT_MS, useCardHost } from './card-host.js';

describe.skipIf(chromiumProgram === undefined)('the page of the card preview', () => {
  const host = useCardHost();
  const { open, logged } = host;

  it('waits for a server that restarts, and says so', async () => {
    let asked = 0;
    await host.page.route('**/ready', (route) => {
      asked += 1;
      return asked < 3 ? route.fulfill({ status: 503 }) : route.continue();
    });
    const frame = await open({ message: 'Back' });
    expect(await logged('waiting')).toBe('the server is restarting');
    await frame.getByText('Back').waitFor({ timeout: TIMEOUT_MS });
  });

  it('tries again when the server stops at that moment', async () => {
    let asked = 0;
    await host.page.route(host.server.mcpUrl, (route) => {
      asked += 1;
      return asked === 1 ? route.abort() : route.continue();
    });
    const frame = await open({ message: 'Back' });
    await frame.getByText('Back').waitFor({ timeout: TIMEOUT_MS });
  });

  it('says what is wrong when the server is ready and refuses', async () => {
    await host.page.route('**/config.json', (route) =>
      route.fulfill({ json: { mcpUrl: host.server.mcpUrl, token: 'wrong' } }),
    );
    await expect(open()).rejects.toThrow('The host failed');
  });

  it('reloads after a change, with its settings', async () => {
    let tell = () => {};
    const change = new Promise<void>((resolve) => {
      tell = resolve;
    });
    let told = false;
    await host.page.route('**/changes', async (route) => {
      if (told) return route.continue();
      told = true;
      await change;
      return route.fulfill({ contentType: 'text/event-stream', body: 'data: changed\n\n' });
    });
    await open({ message: 'Fresh' });
    const address = host.page.url();
    await host.page.evaluate('window.isOld = true');
    tell();
    await host.page.waitForFunction('!window.isOld', undefined, { timeout: TIMEOUT_MS });
    await logged('result sent');
    expect(host.page.url()).toBe(address);
  });
});
