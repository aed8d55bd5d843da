import { describe, expect, it } from 'vitest';
import { comparableName } from '../../src/platform/user-name.js';

describe('the form in which user names are compared', () => {
  it.each([
    ['case', 'Ann', 'ann'],
    ['outer spaces, also wide and unbreakable ones', '\u3000 ann\u00a0', 'ann'],
    ['full-width letters', 'ａＮＮ', 'ann'],
    ['ligatures', 'ﬁona', 'fiona'],
    ['letters and their accents as one character or two', 'jose\u0301', 'josé'],
    ['invisible characters that were pasted', 'a\u200bn\u00adn\ufeff', 'ann'],
    ['sharp s, small and large', 'STRAẞE', 'straße'],
    ['sharp s and ss', 'straße', 'strasse'],
    ['both forms of the Greek sigma', 'ΟΔΥΣΣΕΥΣ', 'οδυσσευσ'],
    ['the Kelvin sign', '\u212aim', 'kim'],
  ])('ignores %s', (_what, left, right) => {
    expect(comparableName(left)).toBe(comparableName(right));
  });

  it.each([
    ['accents', 'jose', 'josé'],
    ['the Turkish letters i', 'ılker', 'ilker'],
    ['alphabets', 'аnn', 'ann'],
    ['spaces inside', 'an n', 'ann'],
  ])('keeps apart %s', (_what, left, right) => {
    expect(comparableName(left)).not.toBe(comparableName(right));
  });

  it('is stable', () => {
    for (const name of ['Straße', 'İzmir', 'ﬃ', 'ΐ', 'ǰ', 'ŉ', '\u3164x', 'ᾳ']) {
      expect(comparableName(comparableName(name))).toBe(comparableName(name));
    }
  });
});
