import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

/** A page of the documentation. */
export interface Page {
  /** The path from the root, such as `docs/deploy.md`. */
  path: string;
  text: string;
}

/** A fenced block of code. */
export interface CodeBlock {
  /** Where the block begins, as `page:line`. */
  place: string;
  language: string;
  /** The text after the language, such as `file=src/tools/greet.ts`. */
  info: string;
  code: string;
}

/** Reads every page in the root and in `docs/`, except the changelog, which also describes the past. */
export function readPages(): Page[] {
  const inFolder = (folder: string) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md') && name !== 'CHANGELOG.md')
      .map((name) => join(folder, name));
  return [...inFolder('.'), ...inFolder('docs')].map((path) => ({
    path,
    text: readFileSync(join(root, path), 'utf8'),
  }));
}

/** Returns the page without the parts about the example business, as `npm run init` leaves it. */
export function withoutExample(text: string): string {
  return text.replace(/^<!-- example -->\n[\s\S]*?^<!-- \/example -->\n/gm, '');
}

/** Returns the fenced blocks of a page, without the indentation of lists. */
export function codeBlocks({ path, text }: Page): CodeBlock[] {
  return [...text.matchAll(/^( *)```([^\n]*)\n([\s\S]*?)^\1```$/gm)].map((match) => {
    const [, indent = '', opening = '', code = ''] = match;
    const [language = '', ...info] = opening.trim().split(' ');
    return {
      place: `${path}:${text.slice(0, match.index).split('\n').length}`,
      language,
      info: info.join(' '),
      code: code.replace(new RegExp(`^${indent}`, 'gm'), ''),
    };
  });
}

/** Returns the inline code of a page, in sentences and tables. */
export function inlineCode({ text }: Page): string[] {
  const prose = text.replace(/^( *)```[\s\S]*?^\1```$/gm, '');
  return [...prose.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replace(/\s+/g, ' '));
}
