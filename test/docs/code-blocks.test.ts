import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findProgram } from '../support/programs/requirements.js';
import { codeBlocks, inlineCode, readPages } from './pages.js';
import { COMPILERS_MS, complaints, copyTree, packaged } from './tree.js';

const pages = readPages();
const blocks = pages.flatMap(codeBlocks);
const inLanguage = (name: string) => blocks.filter(({ language }) => language === name);
/** The languages checked below; other blocks are only for people. */
const LANGUAGES = ['json', 'nginx', 'sh', 'ts', 'yaml', 'mermaid', 'text'];

it('finds code blocks', () => {
  expect(inLanguage('ts').length).toBeGreaterThan(1);
  expect(inLanguage('sh').length).toBeGreaterThan(1);
});

it('every block names a language that is checked, or says that it is text', () => {
  expect(blocks.filter(({ language }) => !LANGUAGES.includes(language)).map(({ place }) => place)).toEqual(
    [],
  );
});

describe('TypeScript', () => {
  const files = inLanguage('ts').map(({ place, info, code }) => ({
    place,
    path: info.match(/^file=((?:src|test)\/[\w./-]+\.ts)$/)?.[1],
    code,
  }));
  let tree: string;
  beforeAll(() => {
    tree = copyTree();
  });
  afterAll(() => rmSync(tree, { recursive: true, force: true }));

  it('is a whole file in every block, each with a name of its own', () => {
    expect(files.filter(({ path }) => path === undefined).map(({ place }) => place)).toEqual([]);
    const paths = files.map(({ path }) => path);
    expect(paths.filter((path, index) => paths.indexOf(path) !== index)).toEqual([]);
  });

  it('compiles against the code, and passes the linter and the formatter', { timeout: COMPILERS_MS }, () => {
    const paths = files.map(({ path = '' }) => path);
    for (const { path = '', code } of files) {
      mkdirSync(join(tree, dirname(path)), { recursive: true });
      writeFileSync(join(tree, path), code);
    }
    writeFileSync(
      join(tree, 'tsconfig.docs.json'),
      JSON.stringify({ extends: './tsconfig.json', files: paths, include: [] }),
    );
    // Errors elsewhere in the tree do not count: it may need settings that a page does not show.
    const errors = complaints(tree, packaged('tsc'), '-p', 'tsconfig.docs.json', '--pretty', 'false').split(
      '\n',
    );
    expect(errors.filter((error) => paths.some((path) => error.startsWith(`${path}(`)))).toEqual([]);
    expect(complaints(tree, packaged('biome'), 'check', '--error-on-warnings', ...paths)).toBe('');
  });

  it('passes its own tests', { timeout: COMPILERS_MS }, () => {
    const tests = files.flatMap(({ path = '' }) => (path.endsWith('.test.ts') ? [path] : []));
    expect(complaints(tree, packaged('vitest'), 'run', ...tests)).toBe('');
  });
});

describe('JSON', () => {
  const inTables = pages.flatMap((page) => inlineCode(page).filter((code) => code.startsWith('{ "')));

  it.each([
    ...inLanguage('json').map(({ place, code }) => [place, code]),
    ...inTables.map((code) => [code, code]),
  ])('%s can be parsed', (_place, code = '') => {
    expect(() => JSON.parse(code)).not.toThrow();
  });
});

it.each(inLanguage('yaml').map(({ place, code }) => [place, code]))(
  'the YAML at %s can be parsed',
  (_place, code) => {
    expect(() => parse(code, { strict: true, uniqueKeys: true })).not.toThrow();
  },
);

it.each(inLanguage('sh').map(({ place, code }) => [place, code]))(
  'the shell commands at %s can be parsed',
  (_place, code) => {
    expect(complaints('.', 'bash', '-n', '-c', code)).toBe('');
  },
);

const nginx = findProgram('nginx', 'nginx blocks of the documentation');
it.skipIf(nginx === undefined).each(inLanguage('nginx').map(({ place, code }) => [place, code]))(
  'nginx accepts the block at %s inside a server',
  (_place, code) => {
    const directory = mkdtempSync(join(tmpdir(), 'docs-nginx-'));
    const logs = `pid ${directory}/pid; error_log stderr;`;
    const server = `server { listen 127.0.0.1:1; access_log off;\n${code}\n}`;
    writeFileSync(join(directory, 'nginx.conf'), `${logs} events {} http { ${server} }`);
    const output = complaints(
      directory,
      nginx ?? '',
      '-t',
      '-e',
      'stderr',
      '-c',
      join(directory, 'nginx.conf'),
    );
    rmSync(directory, { recursive: true, force: true });
    expect(output).toBe('');
  },
);
