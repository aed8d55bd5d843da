import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

/** A page of the documentation. */
export interface Page {
  /** Below the root, such as `docs/deploy.md`. */
  path: string;
  text: string;
}

/** A fenced block of code. */
export interface CodeBlock {
  /** Where it begins, as `page:line`. */
  place: string;
  language: string;
  /** What follows the language, such as `file=src/tools/greet.ts`. */
  info: string;
  code: string;
}

/** Every page in the root and in `docs/`, except the changelog, which also says how things were. */
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

/** The page as it reads once `npm run init` has taken out what is about the example business. */
export function withoutExample(text: string): string {
  return text.replace(/^<!-- example -->\n[\s\S]*?^<!-- \/example -->\n/gm, '');
}

/** The fenced blocks of a page, without the indentation of lists. */
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

/** What is written as code inside a sentence or a table. */
export function inlineCode({ text }: Page): string[] {
  const prose = text.replace(/^( *)```[\s\S]*?^\1```$/gm, '');
  return [...prose.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replace(/\s+/g, ' '));
}
