import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { codeBlocks, root } from './pages.js';
import { COMPILERS_MS, complaints, copyTree, packaged } from './tree.js';

const readme = { path: 'README.md', text: readFileSync(join(root, 'README.md'), 'utf8') };
const PATH = 'src/tools/opening-hours.ts';

let tree: string;
beforeAll(() => {
  tree = copyTree();
});
afterAll(() => rmSync(tree, { recursive: true, force: true }));

it('the tool of the README passes npm run check as printed, with its line in the list', {
  timeout: COMPILERS_MS,
}, () => {
  const tool = codeBlocks(readme).find(({ info }) => info === `file=${PATH}`)?.code ?? '';
  writeFileSync(join(tree, PATH), tool);
  const list = join(tree, 'src/tools/index.ts');
  const before = readFileSync(list, 'utf8');
  const after = before
    .replace(/^(import (?!type).*)$/m, "import { openingHours } from './opening-hours.js';\n$1")
    .replace(/(tools: Tool<Services>\[\] = \[)/, '$1openingHours, ');
  expect(after.match(/openingHours/g)).toHaveLength(2);
  writeFileSync(list, after);
  // The formatter sorts imports, as the README says. The new file itself must not need it.
  expect(complaints(tree, packaged('biome'), 'check', '--write', 'src/tools/index.ts')).toBe('');
  expect(complaints(tree, 'npm', 'run', '--silent', 'check')).toBe('');
  expect(readFileSync(join(tree, PATH), 'utf8')).toBe(tool);
});
