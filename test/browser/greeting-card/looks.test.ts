import type { Frame } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { brand } from '../../../src/brand.js';
import { accessibilityProblems, chromiumProgram } from '../../support/programs/browser.js';
import { TIMEOUT_MS, useCardHost } from './card-host.js';

const CONNEXT = ['rgb(234, 241, 251)', 'rgb(19, 35, 58)'];
const OWN_LIGHT = [brand.colors.light.ink, brand.colors.light.surface].map(computed);
const OWN_DARK = [brand.colors.dark.ink, brand.colors.dark.surface].map(computed);

/** A colour such as `#1f5f4a` as browsers write it. */
function computed(color: string): string {
  return `rgb(${[1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16)).join(', ')})`;
}

describe.skipIf(chromiumProgram === undefined)('the looks of the greeting card', () => {
  const host = useCardHost();
  const { open, bridge } = host;
  const height = async () => Number(await host.page.locator('iframe').getAttribute('height'));
  /** Returns the computed colours of the text and its background. */
  const colours = (frame: Frame) =>
    frame.evaluate(
      `(({ color, backgroundColor }) => [color, backgroundColor])(getComputedStyle(document.getElementById('card')))`,
    );
  const sendVariables = (variables: Record<string, string>) =>
    bridge(`sendHostContextChange(${JSON.stringify({ styles: { variables } })})`);

  /** Returns the painted colour of a pixel, counted from the top left corner of the frame. */
  async function pixel(x: number, y: number): Promise<unknown> {
    const box = await host.page.locator('iframe').boundingBox();
    const clip = { x: (box?.x ?? 0) + x, y: (box?.y ?? 0) + y, width: 1, height: 1 };
    const png = (await host.page.screenshot({ clip })).toString('base64');
    return host.page.evaluate(`(async () => {
      const image = new Image();
      image.src = 'data:image/png;base64,${png}';
      await image.decode();
      const context = document.createElement('canvas').getContext('2d');
      context.drawImage(image, 0, 0);
      return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    })()`);
  }

  it.each([
    ['connext', 'dark', CONNEXT],
    ['none', 'light', OWN_LIGHT],
    ['none', 'dark', OWN_DARK],
    // The Connext pair is complete; the standard's is not.
    ['half', 'dark', CONNEXT],
  ])('takes the colours of the host (%s, %s)', async (palette, theme, expected) => {
    expect(await colours(await open({ palette, theme }))).toEqual(expected);
  });

  it('ignores half a pair, and uses the pair once the other half arrives', async () => {
    const frame = await open({ palette: 'none' });
    await sendVariables({ '--color-background-primary': '#101010', '--font-sans': 'monospace' });
    await expect
      .poll(() => frame.evaluate('getComputedStyle(document.body).fontFamily'), { timeout: TIMEOUT_MS })
      .toBe('monospace');
    expect(await colours(frame)).toEqual(OWN_LIGHT);
    await sendVariables({ '--color-text-primary': '#fafafa' });
    await expect
      .poll(() => colours(frame), { timeout: TIMEOUT_MS })
      .toEqual(['rgb(250, 250, 250)', 'rgb(16, 16, 16)']);
    await sendVariables({ '--color-text-primary': '' });
    await expect.poll(() => colours(frame), { timeout: TIMEOUT_MS }).toEqual(OWN_LIGHT);
  });

  it.each([
    ['light', [238, 240, 243]],
    ['dark', [16, 18, 22]],
  ])('lets the background of the host show at its corners (%s)', async (theme, ground) => {
    for (const palette of ['none', 'standard', 'connext']) {
      await open({ theme, palette });
      await expect.poll(() => pixel(0, 0), { timeout: TIMEOUT_MS }).toEqual(ground);
    }
    await open({ theme, source: 'embedded' });
    expect(await pixel(0, 0)).toEqual(ground);
  });

  it('grows and shrinks with its text', async () => {
    await open({ message: 'Short' });
    const short = await height();
    const send = (message: string) =>
      bridge(
        `sendToolResult({ content: [], structuredContent: { username: 'Alice', message: ${message} } })`,
      );
    await send('"A long line. ".repeat(120)');
    await expect.poll(height, { timeout: TIMEOUT_MS }).toBeGreaterThan(short + 100);
    await send('"Short"');
    await expect.poll(height, { timeout: TIMEOUT_MS }).toBe(short);
  });

  it.each(['light', 'dark'] as const)('has no accessibility problem in %s', async (theme) => {
    await host.page.emulateMedia({ colorScheme: theme });
    for (const palette of ['standard', 'connext', 'none']) {
      const frame = await open({ theme, palette, message: 'Readable' });
      await frame.getByRole('button', { name: 'Say thanks' }).click();
      await frame.getByText('Sent.').waitFor({ timeout: TIMEOUT_MS });
      expect(await accessibilityProblems(frame)).toEqual([]);
    }
  });

  it('aligns a right-to-left message to the right, and the rest to the left', async () => {
    const frame = await open({ message: 'مرحبا بكم في متجرنا' });
    await frame.getByText('مرحبا').waitFor({ timeout: TIMEOUT_MS });
    const direction = (id: string) =>
      frame.evaluate(`getComputedStyle(document.getElementById('${id}')).direction`);
    expect(await direction('message')).toBe('rtl');
    expect(await direction('hello')).toBe('ltr');
  });

  it('fits 320 pixels', async () => {
    await host.page.setViewportSize({ width: 320, height: 700 });
    const frame = await open({ message: 'Unbreakable'.repeat(30) });
    await frame.getByText('Unbreakable').waitFor({ timeout: TIMEOUT_MS });
    const [content, visible] = await frame.evaluate<number[]>(
      '[document.documentElement.scrollWidth, innerWidth]',
    );
    expect(content).toBeLessThanOrEqual(visible ?? 0);
  });

  it('in an answer it has the colours of the host, its full height, and follows the theme', async () => {
    const frame = await open({ source: 'embedded', palette: 'connext', message: 'word '.repeat(100) });
    expect(await colours(frame)).toEqual(CONNEXT);
    const [content, visible] = await frame.evaluate<number[]>(
      '[document.documentElement.getBoundingClientRect().height, innerHeight]',
    );
    expect(content).toBeGreaterThan(200);
    expect(visible).toBe(Math.ceil(content ?? 0));
    const own = await open({ source: 'embedded', palette: 'none' });
    await host.page.getByLabel('Theme').selectOption('dark');
    await expect.poll(() => colours(own), { timeout: TIMEOUT_MS }).toEqual(OWN_DARK);
  });
});
