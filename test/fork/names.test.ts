import { describe, expect, it } from 'vitest';
import { InputError, namesFrom } from '../../scripts/init/names.js';

describe('the names of a fork', () => {
  it.each([
    ['Blue Dental Clinic', 'blue-dental-clinic'],
    ['  Bob & Sons, Inc. ', 'bob-sons-inc'],
    ['Café Zoë', 'cafe-zoe'],
    ["Rosie's", 'rosies'],
  ])('%s becomes %s', (name, slug) => {
    expect(namesFrom({ name })).toEqual({ name: name.trim(), slug, uriScheme: slug });
  });

  it('uses a given slug and scheme unchanged', () => {
    expect(namesFrom({ name: '木村歯科', slug: 'kimura', scheme: 'kd' })).toEqual({
      name: '木村歯科',
      slug: 'kimura',
      uriScheme: 'kd',
    });
  });

  it.each([
    [{ name: '' }, /--name takes/],
    [{ name: 'a`b' }, /--name takes/],
    [{ name: 'two\nlines' }, /--name takes/],
    [{ name: 'x'.repeat(61) }, /--name takes/],
    [{ name: '木村歯科' }, /beyond ASCII/],
    [{ name: 'Blue', slug: 'Blue_1' }, /--slug takes/],
    [{ name: '4 Paws' }, /--scheme starts/],
    [{ name: 'Blue', scheme: 'b lue' }, /--scheme starts/],
    [{ name: 'Blue', scheme: 'b.lue' }, /--scheme starts/],
    [{ name: 'Blue', scheme: 'b+lue' }, /--scheme starts/],
    [{ name: 'Blue', scheme: 'https' }, /already has a meaning/],
  ])('refuses %j', (given, message) => {
    expect(() => namesFrom(given)).toThrow(InputError);
    expect(() => namesFrom(given)).toThrow(message);
  });
});
