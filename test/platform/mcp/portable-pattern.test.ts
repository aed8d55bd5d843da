import { expect, it } from 'vitest';
import { portablePattern } from '../../../src/platform/mcp/portable-pattern.js';

it.each([
  [String.raw`^https?:\/\/`, '^https?://'],
  [String.raw`^[^/\u0000-\u001f\u202e]+$`, `^[^/\\x00-\\x1f\u202e]+$`],
  ['[[a]', String.raw`[\[a]`],
  [String.raw`\u{1f600}|\ud83d\ude00`, '😀|😀'],
  [String.raw`\0`, String.raw`\x00`],
  [String.raw`^\p{L}+\P{Nd}\/[\]\\(?=]`, String.raw`^\p{L}+\P{Nd}/[\]\\(?=]`],
  [String.raw`a{2,999}(?:b)\(\?=`, String.raw`a{2,999}(?:b)\(\?=`],
])('%s is written as RE2, Go and Rust read it', (source, expected) => {
  expect(portablePattern(source)).toBe(expected);
});

it.each([
  ...['(?=a)', '(?!a)', '(?<=a)', '(?<!a)', '(?<n>a)', String.raw`(a)\1`, String.raw`(?<n>a)\k<n>`],
  ...['[]', '[^]', '[a&&b]', '[a--b]', String.raw`[\b]`, String.raw`\cA`, 'a{1000}', 'a{2,5000}', 'a{1000,}'],
  ...[String.raw`\p{Emoji}`, String.raw`[\p{Script=Greek}]`, 'a{', '(', String.raw`\_`],
])('%s has no such form', (source) => {
  expect(() => portablePattern(source)).toThrow(SyntaxError);
});

it('does not mistake an escaped bracket for the start of a class', () => {
  expect(() => portablePattern(String.raw`\[(?=a)\]`)).toThrow('a look-around');
  expect(portablePattern('[(?=a)]')).toBe('[(?=a)]');
});
