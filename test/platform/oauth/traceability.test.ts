import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { testTitlesIn } from '../../support/test-titles.js';

const table = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
const rows = [...table.matchAll(/^\| `([^`]+)`: (.+?) \| (.+?) \| (.+?) \|$/gm)].map(
  ([, file = '', name = '', requirement, source]) => ({ file, name, requirement, source }),
);

it('the table has a row for every file in this folder', () => {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'));
  const named = new Set(rows.map(({ file }) => file));
  expect(files.filter((name) => !named.has(name))).toEqual(['traceability.test.ts']);
});

it('every line of the table is a valid row', () => {
  expect(table.match(/^\| .*`/gm)).toHaveLength(rows.length);
});

it.each(rows)('$file has the test "$name"', ({ file, name }) => {
  const path = join(import.meta.dirname, file);
  expect(existsSync(path)).toBe(true);
  expect(testTitlesIn(path)).toContain(name);
});
