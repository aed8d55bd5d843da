import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { VARIABLES } from '../src/platform/config/variables.js';
import { settings } from '../src/settings.js';

it('.env.example names every variable, and no other', () => {
  const text = readFileSync(join(import.meta.dirname, '../.env.example'), 'utf8');
  const named = [...text.matchAll(/^(?:# )?([A-Z_]+)=/gm)].map((match) => match[1]);
  expect(named.toSorted()).toEqual(Object.keys({ ...VARIABLES, ...settings }).toSorted());
});
