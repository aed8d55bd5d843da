import { describe, expect, it } from 'vitest';
import { cutExample, replaceOnce } from '../../scripts/init/edit.js';

describe('cutting the example', () => {
  it('takes out what is between the marks, and the marks', () => {
    expect(cutExample('a\n<!-- example -->\nb\n<!-- /example -->\nc', 'x')).toBe('a\nc');
    expect(cutExample('A=1\n# example\n# B=2\n# /example\n# examples stay\n', 'x')).toBe(
      'A=1\n# examples stay\n',
    );
  });

  it.each(['<!-- example -->\na', 'a\n<!-- /example -->', '# example\n# example\n# /example'])(
    'refuses %j, where a mark has no counterpart',
    (text) => {
      expect(() => cutExample(text, 'x.md')).toThrow('x.md has a mark');
    },
  );
});

describe('replacing', () => {
  it('inserts a replacement literally', () => {
    expect(replaceOnce("name: 'Shop'", /'.*'/, "'$& $1'", 'x')).toBe("name: '$& $1'");
  });

  it.each(['', 'aa'])('refuses %j, where the text does not occur exactly once', (text) => {
    expect(() => replaceOnce(text, /a/, 'b', 'x.ts')).toThrow('x.ts should match /a/ once');
  });
});
