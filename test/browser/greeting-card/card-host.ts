import type { Browser, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type Preview, startPreview } from '../../../scripts/preview-card/server.js';
import { signInForTokens } from '../../support/oauth/oauth.js';
import { launchBrowser } from '../../support/programs/browser.js';
import { startExample, type TestServer } from '../../support/programs/server.js';

/** How long a card may take before the test fails and says what was missing, in milliseconds. */
export const TIMEOUT_MS = 20_000;

/** The protocol eras, named as in the preview host. */
export const ERAS = ['2026-07-28', 'legacy'] as const;

export interface CardHost {
  browser: Browser;
  server: TestServer;
  preview: Preview;
  /** A fresh page for each test. */
  page: Page;
  /** Unexpected console messages, script errors, and requests of the card. */
  problems: string[];
  /**
   * Opens the card with these settings in its address, and waits for it to be filled in, or for the state `until`.
   * `message` is the argument of the tool.
   */
  open: (query?: Record<string, string>, until?: string) => Promise<Frame>;
  /** Waits for an entry in the host's log and returns its content. */
  logged: (name: string) => Promise<unknown>;
  /** Runs a call of the host's bridge, such as `teardownResource({})`. */
  bridge: (call: string) => Promise<unknown>;
  /** Sends the card a message that the bridge would not send, and returns the answer when the message has an id. */
  post: (message: { id?: string; method: string }) => Promise<unknown>;
}

/** Starts a server, the preview host around its card, and a browser, for all tests of the calling suite. */
export function useCardHost(): CardHost {
  const host = {} as CardHost;
  beforeAll(async () => {
    host.server = await startExample();
    const tokens = await signInForTokens(host.server.url, { username: 'alice', password: 'password123' });
    host.preview = await startPreview({ mcpUrl: host.server.mcpUrl, token: tokens.access_token });
    host.browser = await launchBrowser();
  });
  afterAll(async () => {
    await host.browser?.close();
    host.preview?.close();
    await host.server?.stop();
  });
  beforeEach(async () => {
    const page = await host.browser.newPage();
    const problems: string[] = [];
    page.on('console', (message) => {
      // The bridge logs every message, 2025-era clients try to open a stream that this server does not offer, and
      // `scripts=off` blocks the script of the card.
      const expected = message.type() === 'debug' || /405|^Blocked script execution/.test(message.text());
      if (!expected) problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('request', (request) => {
      const byCard = request.frame() !== page.mainFrame() && request.url() !== 'about:srcdoc';
      if (byCard) problems.push(`The card asks for ${request.url()}`);
    });
    Object.assign(host, { page, problems });
    return () => page.close();
  });

  host.open = async (query = {}, until = query['source'] === 'embedded' ? 'loaded' : 'result sent') => {
    const { message, ...settings } = query;
    const address = new URLSearchParams(
      message === undefined ? settings : { ...settings, 'arg.message': message },
    );
    await host.page.goto(`${host.preview.url}?${address}`);
    await host.logged(until);
    const frame = host.page.frames().find((candidate) => candidate !== host.page.mainFrame());
    if (frame === undefined) throw new Error('The host shows no card');
    return frame;
  };
  host.logged = async (name) => {
    const find = `window.hostLog?.events.find((event) => event.name === ${JSON.stringify(name)} || event.name === 'failed')`;
    const event = await host.page
      .waitForFunction(find, undefined, { timeout: TIMEOUT_MS })
      .catch(async () => {
        const log = await host.page.evaluate('JSON.stringify(window.hostLog?.events)');
        throw new Error(`The host never heard "${name}", only ${log}`);
      });
    const { name: heard, detail } = (await event.jsonValue()) as { name: string; detail: unknown };
    if (heard === 'failed') throw new Error(`The host failed: ${detail}`);
    return detail;
  };
  host.bridge = (call) => host.page.evaluate(`window.bridge.${call}`);
  host.post = (message) =>
    host.page.evaluate(
      `new Promise((resolve, reject) => {
        const message = ${JSON.stringify({ jsonrpc: '2.0', ...message })};
        if (message.id === undefined) resolve();
        addEventListener('message', ({ data }) => data.id === message.id && resolve(data));
        setTimeout(() => reject(new Error('The card did not answer ' + message.method)), ${TIMEOUT_MS});
        document.getElementById('card').contentWindow.postMessage(message, '*');
      })`,
    );
  return host;
}

/** Reads the parts of the card: its heading, message and status line, and the names of its buttons. */
export async function readParts(frame: Frame): Promise<Record<string, unknown>> {
  return {
    state: await frame.locator('#card').getAttribute('data-state'),
    hello: await frame.locator('h1').textContent(),
    message: await frame.locator('#message').textContent(),
    status: await frame.locator('#status').textContent(),
    buttons: await frame.getByRole('button').allTextContents(),
  };
}
