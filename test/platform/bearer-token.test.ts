import { describe, expect, it } from 'vitest';
import { findUnsendable, isBearerToken } from '../../src/platform/bearer-token.js';

describe('a bearer token', () => {
  it.each(['a', 'abc.DEF-123_~+/', 'a=', 'YWJj==', '='.padStart(2, '/')])('may be %s', (token) => {
    expect(isBearerToken(token)).toBe(true);
    expect(findUnsendable(token)).toBeUndefined();
  });

  it.each<[string, string, number]>([
    ['"abc"', '"', 1],
    ['abc def', ' ', 4],
    ['abc=def', '=', 4],
    ['===', '=', 1],
    ['ab$c', '$', 3],
    ['schlüssel', 'ü', 5],
    ['ab\u200bc', '\u200b', 3],
    ['ab😀c"', '😀', 3],
    ['abc\n', '\n', 4],
  ])('is not %j', (text, character, position) => {
    expect(isBearerToken(text)).toBe(false);
    expect(findUnsendable(text)).toEqual({ character, position });
  });

  it('has a fault exactly when it is none', () => {
    for (let code = 0; code < 0x3000; code += 1) {
      const character = String.fromCodePoint(code);
      for (const text of [character, `a${character}`, `a${character}b`]) {
        expect(findUnsendable(text) === undefined, JSON.stringify(text)).toBe(isBearerToken(text));
      }
    }
  });
});
