import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeBlocks, inlineCode, readPages, root, withoutExample } from './pages.js';

const pages = readPages();
const EXAMPLE_PAGE = 'docs/shop.md';

/** Files that readers create from a code block, and their folders. */
const written = new Set(
  pages
    .flatMap(codeBlocks)
    .map(({ info }) => info.replace(/^file=/, ''))
    .flatMap((file) => [file, `${dirname(file)}/`]),
);

/** Returns the anchors that GitHub makes for the headings of a page. */
function anchorsOf(text: string): string[] {
  const headings = text.replace(/^( *)```[\s\S]*?^\1```$/gm, '').matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Finds links to files and headings that do not exist. */
function brokenLinks(path: string, text: string): string[] {
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)].map(
    ([, inText, inTag]) => inText ?? inTag ?? '',
  );
  return targets.filter((target) => {
    if (/^(https?|mailto):/.test(target)) return false;
    const [file = '', anchor] = target.split('#');
    const linked = file === '' ? path : normalize(join(dirname(path), file));
    if (!existsSync(join(root, linked))) return true;
    const linkedText = linked === path ? text : readFileSync(join(root, linked), 'utf8');
    return anchor !== undefined && !anchorsOf(linkedText).includes(anchor);
  });
}

describe.each(pages)('$path', ({ path, text }) => {
  it('links to files and headings that exist', () => {
    expect(brokenLinks(path, text)).toEqual([]);
  });

  it('names files that exist', () => {
    const named = inlineCode({ path, text }).filter((code) =>
      /^(src|test|docs|nginx|postgres|kubernetes|scripts|public|examples|bench|\.ci)\/[\w./-]*$/.test(code),
    );
    expect(
      named.filter(
        (file) => !/^nginx\/certs\//.test(file) && !written.has(file) && !existsSync(join(root, file)),
      ),
    ).toEqual([]);
  });

  it('marks the beginning and the end of every part about the example business', () => {
    const marks = [...text.matchAll(/^<!-- (\/?example) -->$/gm)].map(([, mark]) => mark);
    expect(marks.length % 2).toBe(0);
    expect(marks).toEqual(marks.map((_mark, index) => (index % 2 === 0 ? 'example' : '/example')));
    expect(text.match(/<!--/g)?.length ?? 0).toBe(marks.length);
  });
});

it.each(pages.filter(({ path }) => path !== EXAMPLE_PAGE))(
  '$path reads well without the example business',
  ({ path, text }) => {
    const shortened = withoutExample(text);
    expect(brokenLinks(path, shortened)).toEqual([]);
    const words = [...exampleTools(), 'shop.md', 'npm run init'];
    expect(words.filter((word) => shortened.includes(word))).toEqual([]);
  },
);

/** Reads the names of the example's tools from its own page. */
function exampleTools(): string[] {
  if (!existsSync(join(root, EXAMPLE_PAGE))) return [];
  const page = readFileSync(join(root, EXAMPLE_PAGE), 'utf8');
  const table = page.slice(page.indexOf('\n## Tools'), page.indexOf('\n## ', page.indexOf('\n## Tools') + 1));
  return [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = '']) => name);
}
