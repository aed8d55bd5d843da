import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { testTitlesIn } from '../support/test-titles.js';

const table = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
const rows = [...table.matchAll(/^\| (.+?) \| `([^`]+)`: (.+?) \|$/gm)].map(
  ([, seen = '', file = '', title = '']) => ({ seen, file, title }),
);

it('every line of the tables is a valid row', () => {
  expect(table.match(/^\| .*`/gm)).toHaveLength(rows.length);
});

it.each(rows)('$seen: $file shows "$title"', ({ file, title }) => {
  expect(testTitlesIn(join(import.meta.dirname, '..', file))).toContain(title);
});
