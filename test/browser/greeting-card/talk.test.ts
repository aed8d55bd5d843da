import { describe, expect, it } from 'vitest';
import { chromiumProgram } from '../../support/programs/browser.js';
import { readParts, TIMEOUT_MS, useCardHost } from './card-host.js';

const BUTTONS = ['Roll for a new look', 'Say thanks'];

describe.skipIf(chromiumProgram === undefined)(
  'what the greeting card and its host say to each other',
  () => {
    const host = useCardHost();
    const { open, logged, bridge, post } = host;
    const sendResult = (result: object) =>
      bridge(`sendToolResult(${JSON.stringify({ content: [], ...result })})`);

    it('rolls the dice of the server for a new look', async () => {
      const frame = await open();
      await frame.getByRole('button', { name: 'Roll for a new look' }).click();
      await frame.getByText(/You rolled a [1-6]\./).waitFor({ timeout: TIMEOUT_MS });
      const rolled = /\d/.exec((await frame.locator('#status').textContent()) ?? '')?.[0];
      expect(await frame.locator('#card').getAttribute('data-design')).toBe(rolled);
    });

    it('sends a message to the chat', async () => {
      const frame = await open();
      await frame.getByRole('button', { name: 'Say thanks' }).click();
      expect(await logged('message')).toEqual([{ type: 'text', text: 'Thanks for the greeting card!' }]);
      await frame.getByText('Sent.').waitFor({ timeout: TIMEOUT_MS });
    });

    it('says what the host refused, and lets the user try again', async () => {
      const frame = await open({ capabilities: 'refusing', message: 'Standing' });
      await frame.getByRole('button', { name: 'Roll for a new look' }).click();
      await expect
        .poll(() => frame.locator('#status').textContent(), { timeout: TIMEOUT_MS })
        .toBe('Could not roll: Tool is not app-callable.');
      await frame.getByRole('button', { name: 'Say thanks' }).click();
      await expect
        .poll(() => frame.locator('#status').textContent(), { timeout: TIMEOUT_MS })
        .toBe('Could not send: the host refused.');
      expect(await frame.locator('#message').textContent()).toBe('Standing');
      expect(await frame.locator('button:disabled').count()).toBe(0);
    });

    it.each([
      ['all', BUTTONS],
      ['none', []],
      ['silent', BUTTONS],
    ])('shows the buttons that the host supports (%s)', async (capabilities, buttons) => {
      expect(await readParts(await open({ capabilities }))).toMatchObject({ buttons });
    });

    it('shows the message as soon as it is known', async () => {
      const frame = await open({ message: 'Final' });
      await bridge(`sendToolInput({ arguments: { message: 'Early' } })`);
      await frame.getByText('Early').waitFor({ timeout: TIMEOUT_MS });
    });

    it.each([
      ['result', () => sendResult({ isError: true }), 'The card could not be made.'],
      ['cancellation', () => bridge(`sendToolCancelled({ reason: 'Enough' })`), 'Cancelled.'],
    ])('a failed %s replaces the message until a good result arrives', async (_name, fail, text) => {
      const frame = await open({ message: 'First' });
      await frame.getByRole('button', { name: 'Say thanks' }).click();
      await frame.getByText('Sent.').waitFor({ timeout: TIMEOUT_MS });
      await fail();
      await frame.getByText(text).waitFor({ timeout: TIMEOUT_MS });
      expect(await readParts(frame)).toEqual({
        state: 'failed',
        hello: 'Hello, Alice!',
        message: text,
        status: '',
        buttons: [],
      });
      await sendResult({ structuredContent: { username: 'Alice', message: 'Second' } });
      await frame.getByText('Second').waitFor({ timeout: TIMEOUT_MS });
      expect(await readParts(frame)).toEqual({
        state: 'ready',
        hello: 'Hello, Alice!',
        message: 'Second',
        status: '',
        buttons: BUTTONS,
      });
    });

    it('a new result clears the status line of the old one', async () => {
      const frame = await open({ message: 'First' });
      await frame.getByRole('button', { name: 'Say thanks' }).click();
      await frame.getByText('Sent.').waitFor({ timeout: TIMEOUT_MS });
      await sendResult({ structuredContent: { username: 'Alice', message: 'Second' } });
      await frame.getByText('Second').waitFor({ timeout: TIMEOUT_MS });
      expect(await frame.locator('#status').textContent()).toBe('');
    });

    it('says so when the host refuses to connect', async () => {
      const frame = await open({ capabilities: 'closed' }, 'initialize');
      await frame.getByText('This application does not let the card in.').waitFor({ timeout: TIMEOUT_MS });
      expect(await readParts(frame)).toMatchObject({ state: 'failed', buttons: [] });
    });

    it('ignores messages that do not come from the host', async () => {
      const frame = await open({ message: 'Genuine' });
      await frame.getByText('Genuine').waitFor({ timeout: TIMEOUT_MS });
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

    it('answers a ping, and refuses what it does not know', async () => {
      await open();
      expect(await post({ id: 'a', method: 'ping' })).toEqual({ jsonrpc: '2.0', id: 'a', result: {} });
      expect(await post({ id: 'b', method: 'no/such' })).toEqual({
        jsonrpc: '2.0',
        id: 'b',
        error: { code: -32601, message: 'Method not found' },
      });
    });

    it('ignores notifications it does not know, whatever they are called', async () => {
      const frame = await open({ message: 'Standing' });
      for (const method of ['no/such', '__proto__', 'constructor', '__defineGetter__'])
        await post({ method });
      await post({ id: 'after', method: 'ping' });
      expect(await frame.locator('#message').textContent()).toBe('Standing');
      expect(host.problems.filter((problem) => !problem.includes('unknown message ID'))).toEqual([]);
    });
  },
);
