import { describe, expect, it } from 'vitest';
import { isRightToLeft, printable, visualRuns, wrap } from '../../src/shop/pdf-text.js';

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
  it('leaves left-to-right text alone', () => {
    expect(visualRuns('Lamp (12 cm)', 'Lamp (12 cm)')).toEqual(['Lamp (12 cm)']);
  });

  it('puts the beginning of right-to-left text to the right, numbers and Latin words in their own order', () => {
    const text = 'מנורה 12 Arc';
    expect(visualRuns(text, text)).toEqual(['Arc', ' ', '12', 'מנורה ']);
    expect(visualRuns('Arc מנורה 12 אור', 'Arc מנורה 12 אור')).toEqual(['Arc ', ' אור', '12', 'מנורה ']);
  });

  it('mirrors brackets', () => {
    expect(visualRuns('(אור)', '(אור)')).toEqual([')אור(']);
  });
});

it('takes the wide font only for what the brand font lacks', () => {
  expect(printable('Lamp – 12 €')).toEqual({ text: 'Lamp – 12 €', font: 'brand' });
  expect(printable('Лампа', true)).toEqual({ text: 'Лампа', font: 'wideBold' });
});

it('knows which letters run from right to left', () => {
  expect(['Lamp', 'Лампа', '灯'].some(isRightToLeft)).toBe(false);
  expect(['مصباح', 'מנורה'].every(isRightToLeft)).toBe(true);
});
