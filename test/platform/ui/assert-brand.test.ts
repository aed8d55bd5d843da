import { expect, it } from 'vitest';
import { describeStartFailure } from '../../../src/platform/lifecycle.js';
import { assertBrand, contrast } from '../../../src/platform/ui/assert-brand.js';
import { startApp } from '../../support/app/app.js';
import { brand } from '../fixture/brand.js';

const { light, dark } = brand.colors;

/** Returns the problems of a valid brand with these changes. */
function problemsOf(changes: object): string[] {
  try {
    assertBrand({ ...brand, ...changes });
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').slice(1);
  }
}

it('accepts a valid brand', () => {
  expect(problemsOf({})).toEqual([]);
  expect(problemsOf({ supportEmail: 'help@example.com', uriScheme: 'blue-dental' })).toEqual([]);
});

it.each([
  ['name', { name: ' ' }],
  ['slug', { slug: 'Blue Dental' }],
  ['slug', { slug: 'blue-' }],
  ['uriScheme', { uriScheme: 'Dental' }],
  ['uriScheme', { uriScheme: '1dental' }],
  ['uriScheme', { uriScheme: 'https' }],
  ['logo', { logo: 'M0 0"/><script>' }],
  ['supportEmail', { supportEmail: 'help' }],
  ['legalLinks "Terms"', { legalLinks: [{ label: 'Terms', url: 'javascript:alert(1)' }] }],
  ['colors.light.ink', { colors: { light: { ...light, ink: 'black' }, dark } }],
  ['colors.dark.line', { colors: { light, dark: { ...dark, line: '#fff' } } }],
])('refuses a malformed %s', (field, changes) => {
  const problems = problemsOf(changes);
  expect(problems).toEqual([expect.stringContaining(field)]);
  expect(problems[0]).toContain(field === 'name' ? 'empty' : 'expected');
});

it.each([
  ['ink', 'ground'],
  ['ink', 'surface'],
  ['muted', 'ground'],
  ['muted', 'surface'],
  ['accent', 'ground'],
  ['accent', 'surface'],
  ['danger', 'surface'],
  ['onAccent', 'accent'],
] as const)('refuses %s that cannot be read on %s', (text, behind) => {
  const unreadable = { ...dark, [text]: dark[behind] };
  expect(problemsOf({ colors: { light, dark: unreadable } })).toContain(
    `  - colors.dark: ${text} on ${behind} has a contrast of 1, text needs 4.5 (WCAG AA)`,
  );
});

it('measures contrast as WCAG does', () => {
  expect(contrast('#ffffff', '#000000')).toBeCloseTo(21, 5);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  expect(contrast('#ffffff', '#767676')).toBeCloseTo(4.54, 2);
});

it('reports all problems at once', () => {
  expect(problemsOf({ slug: 'A', uriScheme: 'B', logo: '' })).toHaveLength(3);
});

it('stops the start', async () => {
  await expect(startApp({}, {}, { brand: { ...brand, slug: 'Not a slug' } })).rejects.toThrow('slug');
});

it('is refused at the start in one line, without the marks of a list', () => {
  const found = problemsOf({ name: '', slug: '' });
  const failure = describeStartFailure(new Error(['the brand is not right', ...found].join('\n')));
  expect(failure).toMatch(/^The server cannot start: the brand is not right; name is empty; slug "": /);
});
