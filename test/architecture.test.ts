import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const filesIn = (folder: string, endings: RegExp) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => endings.test(name))
    .map((name) => join(folder, name));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Paths below the root that a source file imports, packages left out. */
function importsOf(path: string): string[] {
  const specifiers = [...read(path).matchAll(/(?:from|import)\s*\(?'(\.[^']+)'/g)].map(
    (match) => match[1] ?? '',
  );
  return specifiers.map((specifier) => relative(root, resolve(join(root, dirname(path)), specifier)));
}

const sources = filesIn('src', /\.ts$/);
const platform = sources.filter((path) => path.startsWith('src/platform/'));

describe('the direction of imports', () => {
  it('sees imports at all', () => {
    expect(importsOf('src/start.ts')).toContain('src/platform/app.js');
  });

  it.each(platform)('%s imports nothing outside platform/', (path) => {
    expect(importsOf(path).filter((target) => !target.startsWith('src/platform/'))).toEqual([]);
  });

  it.each(platform.filter((path) => path.startsWith('src/platform/oauth/')))(
    '%s does not know MCP',
    (path) => {
      expect(importsOf(path).filter((target) => target.startsWith('src/platform/mcp/'))).toEqual([]);
    },
  );

  it.each(sources.filter((path) => /^src\/(tools|resources|prompts|accounts|shop)\//.test(path)))(
    '%s uses only the helpers and the store of the platform',
    (path) => {
      const allowed =
        /^src\/platform\/(mcp|store)\/|^src\/platform\/(caller|logger)\.js|^src\/platform\/(http\/html|oauth\/accounts)\.js/;
      const used = importsOf(path).filter((target) => target.startsWith('src/platform/'));
      expect(used.filter((target) => !allowed.test(target))).toEqual([]);
    },
  );
});

it('only config.ts reads the environment', () => {
  const readers = sources.filter((path) => /process\.env|process\['env'\]/.test(read(path)));
  expect(readers).toEqual(['src/platform/config.ts']);
});

it.each([...sources, ...filesIn('test', /\.ts$/)])('%s stays under 250 lines', (path) => {
  expect(read(path).split('\n').length).toBeLessThanOrEqual(260);
});

it('every test of one part stands at the path of what it tests', () => {
  const unitTests = filesIn('test', /\.test\.ts$/).filter(
    (path) => !/^test\/(e2e|browser|deploy|scripts|conformance|cli|doctor)\/|architecture|readme/.test(path),
  );
  const orphans = unitTests.filter((path) => {
    const source = path.replace(/^test/, 'src').replace(/\.test\.ts$/, '');
    return !existsSync(join(root, `${source}.ts`)) && !existsSync(join(root, source));
  });
  expect(orphans).toEqual([]);
});
