import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadCard } from '../../../src/platform/ui/card.js';
import { brand } from '../fixture/brand.js';

const HTML = `<style>/*{{theme}}*/
/*{{style}}*/</style><p>{{brand}}: {{text}}</p><script>/*{{bridge}}*/
/*{{script}}*/</script>`;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'card-'));
  await writeFile(join(folder, 'card.html'), HTML);
  await writeFile(
    join(folder, 'card.css'),
    '/* Why. */\n* {\n  color: red; /* stays */\n}\n/* Two\n   lines */\n',
  );
  await writeFile(
    join(folder, 'card.js'),
    "// Why.\n/**\n * @param {string} a\n */\nconst show = (a) => '{{text}} $& https://' + a;\n  // Why.\nshow('//');\n",
  );
});
afterAll(() => rm(folder, { recursive: true }));

it('puts the theme, the style, the bridge and the script into the document, without comments', () => {
  const document = loadCard(folder, brand)({ text: 'Hello' });
  expect(document).toContain(`--brand-accent:${brand.colors.light.accent}`);
  expect(document).toContain(`--brand-accent:${brand.colors.dark.accent}`);
  expect(document).toContain('\n* {\n  color: red; /* stays */\n}\n</style>');
  expect(document).toContain('function connectToHost(');
  expect(document).toContain("\nconst show = (a) => '{{text}} $& https://' + a;\nshow('//');\n</script>");
  expect(document).not.toMatch(/Why|@param|@typedef/);
});

it('fills slots with text that is never read as markup', () => {
  const document = loadCard(folder, { ...brand, name: 'A & B' })({ text: `<b>"'$&{{brand}}/*{{script}}*/` });
  expect(document).toContain('<p>A &#38; B: &#60;b&#62;&#34;&#39;$&#38;{{brand}}/*{{script}}*/</p>');
});

it('refuses an unfilled slot', () => {
  expect(() => loadCard(folder, brand)({})).toThrow('No value for {{text}}');
});
