import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { brand } from '../../../src/brand.js';
import { connectLegacy, connectModern } from '../../support/app/clients.js';
import { chromiumProgram } from '../../support/programs/browser.js';
import { HOSTILE } from '../../tools/greeting-card/hostile.js';
import { ERAS, TIMEOUT_MS, useCardHost } from './card-host.js';

const CARD_URI = `ui://${brand.uriScheme}/greeting-card`;
const PLACEHOLDER = 'Your card is on its way…';

/** The standard's default policy for a card that declares nothing. */
const POLICY =
  "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'none'";

// Checks 1 to 4 and 9 need no browser: test/e2e/greeting-card.test.ts.
describe.skipIf(chromiumProgram === undefined)('the greeting card in a real host', () => {
  const host = useCardHost();
  const { open, logged, bridge } = host;
  afterEach(() => {
    expect(host.problems).toEqual([]);
  });

  describe.each(ERAS)('in the era %s', (era) => {
    it.each(['template', 'embedded'])('5: shows hostile text as text (%s)', async (source) => {
      const frame = await open({ era, source, message: HOSTILE });
      await frame.getByText('<img src=x').waitFor({ timeout: TIMEOUT_MS });
      expect(await frame.locator('#message').textContent()).toBe(HOSTILE);
      expect(await frame.locator('#message *').count()).toBe(0);
      expect(await frame.locator('script').count()).toBe(1);
    });

    it('shows a hostile name as text', async () => {
      const frame = await open({ era });
      const result = { content: [], structuredContent: { username: HOSTILE, message: 'Named' } };
      await bridge(`sendToolResult(${JSON.stringify(result)})`);
      await frame.getByText('Named').waitFor({ timeout: TIMEOUT_MS });
      expect(await frame.locator('h1').textContent()).toBe(`Hello, ${HOSTILE}!`);
      expect(await frame.locator('#name *').count()).toBe(0);
      expect(await frame.locator('script').count()).toBe(1);
    });

    it('introduces itself, shows the result and reports its size', async () => {
      const frame = await open({ era, message: 'Good morning' }, 'initialize');
      const introduction = {
        appInfo: { name: 'greeting-card', version: '1.0.0' },
        appCapabilities: { availableDisplayModes: ['inline'] },
        protocolVersion: '2026-01-26',
      };
      expect(await logged('initialize')).toEqual(introduction);
      expect(await logged('initialized')).toEqual(introduction.appInfo);
      await frame.getByText('Good morning').waitFor({ timeout: TIMEOUT_MS });
      expect(await frame.locator('h1').textContent()).toBe('Hello, Alice!');
      expect(await frame.locator('#card').getAttribute('data-state')).toBe('ready');
      expect(await logged('size')).toBeGreaterThan(0);
    });

    it('follows the theme of the host', async () => {
      const frame = await open({ era, theme: 'dark' });
      const colours = () =>
        frame.evaluate(
          `(({ color, backgroundColor }) => [color, backgroundColor])(getComputedStyle(document.getElementById('card')))`,
        );
      expect(await colours()).toEqual(['rgb(242, 243, 245)', 'rgb(32, 35, 42)']);
      await host.page.getByLabel('Theme').selectOption('light');
      await expect.poll(colours, { timeout: TIMEOUT_MS }).toEqual(['rgb(22, 24, 29)', 'rgb(255, 255, 255)']);
    });

    it('answers the teardown', async () => {
      await open({ era });
      const answer = await bridge(`teardownResource({}, { timeout: ${TIMEOUT_MS} })`).catch((error) => {
        throw new Error(`The card did not answer ui/resource-teardown: ${error}`);
      });
      expect(answer).toEqual({});
    });

    it.each(['on', 'off'])(
      '8: the embedded card is complete without a bridge (scripts %s)',
      async (scripts) => {
        await open({ era, source: 'embedded', scripts, message: 'Standing' });
        const card = host.page.frameLocator('iframe');
        expect(await card.locator('h1').textContent()).toBe('Hello, Alice!');
        expect(await card.locator('#message').textContent()).toBe('Standing');
        expect(await card.getByRole('button').count()).toBe(0);
      },
    );

    it('the template without scripts shows its placeholder, and nobody’s data', async () => {
      await open({ era, scripts: 'off', message: 'Private' }, 'loaded');
      const card = host.page.frameLocator('iframe');
      expect(await card.locator('h1').textContent()).toBe('Hello, there!');
      expect(await card.locator('#message').textContent()).toBe(PLACEHOLDER);
      expect(await card.getByRole('button').count()).toBe(0);
    });
  });

  describe.each([
    ['2026-07-28', connectModern],
    ['2025-11-25', connectLegacy],
  ] as const)('without a network, in the era %s', (_era, connect) => {
    const documents: Record<string, string> = {};
    beforeAll(async () => {
      const client = await connect(host.server.mcpUrl);
      const call = { name: 'greeting_card', arguments: { message: 'Offline' } };
      const { content } = (await client.callTool(call)) as { content: { resource?: { text: string } }[] };
      const { contents } = await client.readResource({ uri: CARD_URI });
      documents['embedded'] = content[1]?.resource?.text ?? '';
      documents['template'] = (contents[0] as { text: string }).text;
      await client.close();
    });

    it.each([
      ['embedded', 'Offline'],
      ['template', PLACEHOLDER],
    ])('6: the %s card renders with a clean console', async (source, message) => {
      await host.page.context().setOffline(true);
      await host.page.setContent('<iframe sandbox="allow-scripts"></iframe>');
      const policy = `<head><meta http-equiv="Content-Security-Policy" content="${POLICY}">`;
      const card = documents[source]?.replace('<head>', () => policy);
      await host.page.evaluate(`document.querySelector('iframe').srcdoc = ${JSON.stringify(card)}`);
      await host.page.frameLocator('iframe').getByText(message).waitFor({ timeout: TIMEOUT_MS });
      const border = `getComputedStyle(document.getElementById('card')).borderTopWidth`;
      expect(await host.page.frames().at(-1)?.evaluate(border)).toBe('6px');
    });
  });
});
