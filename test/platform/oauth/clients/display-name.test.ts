import { describe, expect, it } from 'vitest';
import { displayName } from '../../../../src/platform/oauth/clients/display-name.js';

const shown = (name: string) => displayName(name, 'client.example.test');

describe('a name that is blank to the eye gives way to the host', () => {
  it.each([
    ['nothing', ''],
    ['spaces of every width', ' \t\u00a0\u1680\u2003\u202f\u205f\u3000'],
    ['lines', '\n\r\u0085\u2028\u2029'],
    ['the Hangul fillers', '\u3164\u115f\u1160\uffa0'],
    ['tags', '\u{e0001}\u{e0043}\u{e006c}\u{e007f}'],
    ['blank Braille', '\u2800\u2800'],
    ['a notehead without ink', '\u{1d159}'],
    ['zero widths', '\u200b\u200c\u200d\u2060\ufeff'],
    ['soft hyphens and a grapheme joiner', '\u00ad\u034f'],
    ['variation selectors', '\ufe0f\u{e0100}\u180b'],
    ['marks of direction', '\u200e\u200f\u061c\u202e\u2066'],
    ['Khmer and Mongolian inherent vowels and separators', '\u17b4\u17b5\u180e'],
    ['format characters of other scripts', '\ufff9\ufffb\u{1bca0}\u{1d173}\u{13430}'],
    ['combining marks alone', '\u0301\u0489\u{16fe4}'],
    ['control characters', '\0\u0007\u001b'],
    ['half a surrogate pair', '\ud83d'],
    ['private characters', '\ue000\u{f0000}'],
    ['several of these', ' \u3164\u200d\u2800\u{e0020}'],
  ])('%s', (_what, name) => {
    expect(shown(name)).toBe('client.example.test');
    expect(displayName(name)).toBe('An application');
  });
});

describe('what cannot be seen within a name is left out', () => {
  it.each([
    ['Cla\u200bude', 'Claude'],
    ['Cla\u3164ude', 'Claude'],
    ['Cla\u200c\u200dude', 'Claude'],
    ['Cl\u{e0061}aude\u{e007f}', 'Claude'],
    ['\u202eedualC', 'edualC'],
    ['Claude\u2800\u2800\u2800by Example', 'Claude by Example'],
    ['Claude\n\n\n\t  Code', 'Claude Code'],
    ['\u0301\u0301Claude', 'Claude'],
    ['Claude \ud83d', 'Claude'],
  ])('%j is shown as %s', (name, expected) => expect(shown(name)).toBe(expected));
});

describe('what shapes the characters around it stays', () => {
  it.each([
    'می\u200cخواهم',
    'Café',
    'クロード',
    'ไทย',
    '👩🏽\u200d💻 Studio',
    '❤\ufe0f\u200d🔥',
    '한글',
    'हिन्दी',
    '…',
    '3',
  ])('%s', (name) => expect(shown(name)).toBe(name));
});

it('a long name is cut to what the page can show, at a whole character', () => {
  expect(shown('x'.repeat(130))).toBe(`${'x'.repeat(59)}…`);
  expect(Array.from(shown('😀'.repeat(100)))).toHaveLength(60);
});
