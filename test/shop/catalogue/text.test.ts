import { describe, expect, it } from 'vitest';
import {
  isRightToLeft,
  printable,
  printPieces,
  startsAtTheRight,
  visualRuns,
  wrap,
} from '../../../src/shop/catalogue/text.js';

describe('wrap, where every character is 1 wide', () => {
  const wrapped = (text: string, width: number, maxLines: number) =>
    wrap(text, width, maxLines, (part) => part.length);

  it.each([
    ['one two three', 20, 2, ['one two three']],
    ['one two three', 7, 2, ['one two', 'three']],
    ['one two three', 7, 1, ['one tw…']],
    ['one two three four', 7, 2, ['one two', 'three…']],
    ['abcdefghij', 4, 3, ['abcd', 'efgh', 'ij']],
    ['abcdefghij', 4, 2, ['abcd', 'efg…']],
    ['', 4, 2, ['']],
  ])('breaks "%s" at %d into at most %d lines', (text, width, maxLines, lines) => {
    expect(wrapped(text, width, maxLines)).toEqual(lines);
  });
});

describe('visualRuns', () => {
  const ltr = (text: string) => ({ text, rightToLeft: false });
  const rtl = (text: string) => ({ text, rightToLeft: true });

  it('leaves left-to-right text alone', () => {
    expect(visualRuns('Lamp (12 cm)', 'Lamp (12 cm)')).toEqual([ltr('Lamp (12 cm)')]);
  });

  it.each([
    ['מנורה 12 Arc', [ltr('Arc'), rtl(' '), ltr('12'), rtl('מנורה ')]],
    ['Arc מנורה 12 אור', [ltr('Arc '), rtl(' אור'), ltr('12'), rtl('מנורה ')]],
    ['مصباح ١٢٣', [ltr('١٢٣'), rtl('مصباح ')]],
  ])('puts the beginning of %j to the right, numbers and Latin words in their own order', (text, runs) => {
    expect(visualRuns(text, text)).toEqual(runs);
  });

  it('mirrors brackets', () => {
    expect(visualRuns('(אור)', '(אור)')).toEqual([rtl(')אור(')]);
  });
});

it('reverses what the font would print in the wrong order', () => {
  const pieces = (text: string) => printPieces(text, text, 'wide');
  expect(pieces('Lamp (12)')).toEqual(['Lamp (12)']);
  expect(pieces('مصباح ١٢٣')).toEqual(['٣٢١', 'مصباح ']);
  expect(pieces('מנורה (ARC) 190')).toEqual(['190', ' (', 'ARC', 'מנורה )']);
});

it('knows on which side a text begins', () => {
  expect(['Lamp', 'Lamp אור', '12', ''].some(startsAtTheRight)).toBe(false);
  expect(['אור Lamp', '(مصباح)', '12 אור'].every(startsAtTheRight)).toBe(true);
});

describe('printable', () => {
  it('uses the wide font only for what the brand font lacks', () => {
    expect(printable('Lamp – 12 €')).toEqual({ text: 'Lamp – 12 €', font: 'brand' });
    expect(printable('Лампа', true)).toEqual({ text: 'Лампа', font: 'wideBold' });
  });

  it.each([
    ['La\u200bmp\u202e', 'Lamp', 'brand'],
    ['Лам\u00adпа\ufe0f\u2066', 'Лампа', 'wide'],
    ['La\u200dmp \u05d0\u200c\u05d5', 'Lamp \u05d0\u05d5', 'wide'],
  ])('removes format characters: %j', (text, shown, font) => {
    expect(printable(text)).toEqual({ text: shown, font });
  });

  it('keeps the joiners that Persian is spelled with', () => {
    const text = '\u0645\u06cc\u200c\u0634\u0648\u062f \u0647\u200d';
    expect(printable(`${text}\u202c`)).toEqual({ text, font: 'wide' });
  });

  it('cuts an endless text between characters, and an endless character anywhere', () => {
    expect(printable('א'.repeat(100_000)).text).toBe('א'.repeat(500));
    const accented = 'e\u0301\u0302';
    expect(printable(accented.repeat(1000)).text).toBe(accented.repeat(166));
    expect(printable(`e${'\u0301'.repeat(100_000)}`).text).toHaveLength(500);
  });
});

it('knows which letters run from right to left', () => {
  expect(['Lamp', 'Лампа', '灯'].some(isRightToLeft)).toBe(false);
  expect(['مصباح', 'מנורה'].every(isRightToLeft)).toBe(true);
});
