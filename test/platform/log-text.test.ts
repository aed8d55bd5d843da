import { expect, it } from 'vitest';
import { logText, quoted } from '../../src/platform/log-text.js';

it.each([
  ['two\nlines\r\n', 'two lines'],
  ['\u001b[31mred\u0000', '[31mred'],
  ['\u202egnp.exe\u200b', 'gnp.exe'],
  ['x'.repeat(500), `${'x'.repeat(199)}…`],
  ['😀'.repeat(200), '😀'.repeat(200)],
])('text from outside becomes one plain line (%#)', (text, clean) => {
  expect(logText(text)).toBe(clean);
});

it.each([
  ['https://user:password@host/path?code=secret#part', '"https://host/path"'],
  ['plain', '"plain"'],
  ['a\nb', '"a b"'],
  ['x.'.repeat(500), `"${'x.'.repeat(49)}x…"`],
  ['x'.repeat(500), '"xxxxxxxx…"'],
  [
    'https://host/123e4567-e89b-12d3-a456-426614174000',
    '"https://host/123e4567-e89b-12d3-a456-426614174000"',
  ],
])('a quoted value is cut and has no query and no password (%#)', (value, shown) => {
  expect(quoted(value)).toBe(shown);
});
