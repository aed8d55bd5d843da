import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesIn, findCircle, importsOf, read, root, specifiersIn } from './support/imports.js';

const CODE = /\.(ts|js|mjs)$/;
const sources = filesIn('src', /\.ts$/);
const tests = filesIn('test', /\.(ts|mjs)$/);
const scripts = ['scripts', 'examples', 'bench']
  .filter((folder) => existsSync(join(root, folder)))
  .flatMap((folder) => filesIn(folder, CODE));
const below = (folder: string) => (path: string) => path.startsWith(`${folder}/`);

const PROGRAMS = /^src\/(main\.ts|commands\/)/;
const PLATFORM = /^src\/platform\//;
const isYours = (path: string) => !PROGRAMS.test(path) && !PLATFORM.test(path);

/** Lists the imports of these files that a rule forbids, as `from -> to`. */
const forbidden = (paths: string[], isForbidden: (target: string, path: string) => boolean) =>
  paths.flatMap((path) =>
    importsOf(path)
      .filter((target) => isForbidden(target, path))
      .map((target) => `${path} -> ${target}`),
  );

describe('the scanner of imports', () => {
  it('sees every form of import, and ignores other text', () => {
    const source = `
      import first from './first.js';
      import type { Second } from './second.js';
      import {
        third,
        type Third,
      } from "./third.js";
      import './effects.js';
      export { fourth } from './fourth.js';
      export * from './fifth.js';
      export type { Sixth } from './sixth.js';
      const seventh = await import('./seventh.js');
      type Eighth = import('./eighth.js').Eighth;
      /**
       * import nothing from './comment.js';
       */
      const text = "it came from './nowhere.js'";
    `;
    const names = specifiersIn(source).map((specifier) => /\w+/.exec(specifier)?.[0]);
    expect(names.toSorted()).toEqual(
      ['first', 'second', 'third', 'effects', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth'].toSorted(),
    );
  });

  it('finds the files that a file imports', () => {
    expect(importsOf('src/platform/start.ts')).toContain('src/platform/config/config.ts');
  });

  it('finds a circle only where there is one', () => {
    const graph = (...edges: [string, string][]) => new Map(edges.map(([from, to]) => [from, new Set([to])]));
    expect(findCircle(graph(['a', 'b'], ['b', 'c'], ['c', 'b']))).toEqual(['b', 'c', 'b']);
    expect(findCircle(graph(['a', 'b'], ['b', 'c']))).toBeUndefined();
  });
});

describe('the direction of imports', () => {
  it('the platform imports nothing of a fork', () => {
    expect(forbidden(sources.filter(below('src/platform')), (target) => !PLATFORM.test(target))).toEqual([]);
  });

  it('the authorization server does not know MCP', () => {
    const oauth = sources.filter(below('src/platform/oauth'));
    expect(forbidden(oauth, below('src/platform/mcp'))).toEqual([]);
  });

  it('MCP knows only the caller, not how they signed in', () => {
    const mcp = sources.filter(below('src/platform/mcp'));
    const isAboutSigningIn = /^src\/platform\/(auth|oauth)\/|^src\/platform\/(app|start|lifecycle)\.ts$/;
    expect(forbidden(mcp, (target) => isAboutSigningIn.test(target))).toEqual([]);
  });

  it('a fork uses what the platform offers to forks', () => {
    const offered =
      /^src\/platform\/((mcp|store|ui)\/|(caller|clock|command|digest|logger|define-server|user-name)\.ts|config\/variable\.ts|http\/(errors|static-files)\.ts|oauth\/sign-in\/accounts\.ts)/;
    const used = forbidden(
      sources.filter(isYours),
      (target) => PLATFORM.test(target) && !offered.test(target),
    );
    expect(used).toEqual([]);
  });

  it('only programs start from the definition of the server, and nothing imports programs', () => {
    const others = sources.filter((path) => !PROGRAMS.test(path));
    const isEntry = (target: string) => target === 'src/server.ts' || PROGRAMS.test(target);
    expect(forbidden(others, isEntry)).toEqual([]);
    const programs = sources.filter((path) => PROGRAMS.test(path));
    const isBehindIt = (target: string) => isYours(target) && target !== 'src/server.ts';
    expect(forbidden(programs, isBehindIt)).toEqual([]);
  });

  it('the tests of the platform and their helpers know nothing of a fork', () => {
    const reached = new Set(tests.filter((path) => /^test\/(platform|wild)\//.test(path)));
    for (const path of reached) {
      for (const target of importsOf(path)) if (target.startsWith('test/')) reached.add(target);
    }
    expect(reached).toContain('test/support/app/app.ts');
    expect(forbidden([...reached], (target) => target.startsWith('src/') && isYours(target))).toEqual([]);
    expect([...reached].filter((path) => !/^test\/(platform|support|wild)\//.test(path))).toEqual([]);
  });
});

/** Returns the folder of a file. Files at the root of `src`, of the platform and of its OAuth are rooms of their own. */
function roomOf(path: string): string {
  const folders = dirname(path).split('/');
  const depth = path.startsWith('src/platform/oauth/') ? 4 : path.startsWith('src/platform/') ? 3 : 2;
  return folders.length < depth ? path : folders.slice(0, depth).join('/');
}

describe('circles', () => {
  const edges = sources.flatMap((path) => importsOf(path).map((target) => [path, target] as const));
  function graphOf(nodeOf: (path: string) => string): Map<string, Set<string>> {
    const graph = new Map<string, Set<string>>();
    for (const [from, to] of edges.map((edge) => edge.map(nodeOf) as [string, string])) {
      if (from !== to) graph.set(from, (graph.get(from) ?? new Set()).add(to));
    }
    return graph;
  }

  it('no file imports itself through others', () => {
    expect(findCircle(graphOf((path) => path))).toBeUndefined();
  });

  it('no room imports itself through others', () => {
    expect([roomOf('src/platform/oauth/tokens/keys.ts'), roomOf('src/platform/app.ts')]).toEqual([
      'src/platform/oauth/tokens',
      'src/platform/app.ts',
    ]);
    expect(findCircle(graphOf(roomOf))).toBeUndefined();
  });
});

describe('one place for each thing', () => {
  it.each([
    ['the environment', /process\.env|process\['env'\]/, /^src\/platform\/config\//],
    ['res.locals', /\.locals\b/, /^src\/platform\/http\/request-locals\.ts$/],
  ])('%s', (_what, use, place) => {
    const users = sources.filter((path) => use.test(withoutComments(read(path))));
    expect(users).not.toEqual([]);
    expect(users.filter((path) => !place.test(path))).toEqual([]);
  });

  it('the SQL on each table', () => {
    const tables = sources.flatMap((path) =>
      [...read(path).matchAll(/export interface \w+Tables {([^}]*)}/g)].flatMap(([, members = '']) =>
        [...members.matchAll(/^ +(\w+): \w+Table;$/gm)].map(([, table]) => table),
      ),
    );
    const use = /\b(?:selectFrom|insertInto|updateTable|deleteFrom|\w*[jJ]oin)\(\s*['"`](\w+)/g;
    const homes = new Map<string | undefined, Set<string>>(tables.map((table) => [table, new Set()]));
    for (const path of sources) {
      for (const [, table] of read(path).matchAll(use)) {
        homes.set(table, (homes.get(table) ?? new Set<string>()).add(path));
      }
    }
    expect([...homes.keys()]).toEqual(expect.arrayContaining(['grants', 'server_secrets', 'service_tokens']));
    const many = [...homes].map(([table, paths]) => [table, ...paths]).filter(({ length }) => length !== 2);
    expect(many).toEqual([]);
    expect([...homes.keys()].filter((table) => !tables.includes(table))).toEqual([]);
  });

  it('the name of the example business', () => {
    const its = /^(src\/(brand\.ts|shop\/)|docs\/shop\.md|public\/audio\/|test\/(shop|fork)\/)/;
    // The certificate protocol of the same name, and the places of its files.
    const protocol = /acm[e]-challenge|\/var\/www\/acm[e]|mcp-acm[e]|acm[e]:(?!\/\/)|volumes\['acm[e]'\]/g;
    const ignored = new Set(['node_modules', 'dist', 'data', '.git', 'package-lock.json']);
    const files = readdirSync(root)
      .filter((name) => !ignored.has(name))
      .flatMap((name) => (statSync(join(root, name)).isDirectory() ? filesIn(name, /./) : [name]));
    const texts = files.filter((path) => !/\.(png|jpe?g|webp|opus)$/.test(path));
    const named = texts.filter((path) => /acm[e]/i.test(read(path).replace(protocol, '')));
    expect(named.filter((path) => !its.test(path))).toEqual([]);
  });

  it('the start of a process by a test', () => {
    const starts = /(?<!endWithTests\(\s*)\b(spawn|fork)\(/;
    expect(tests.filter((path) => path !== 'test/architecture.test.ts' && starts.test(read(path)))).toEqual(
      [],
    );
  });
});

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
}

it.each([...filesIn('src', CODE), ...tests, ...scripts])('%s has 250 lines at most', (path) => {
  expect(read(path).trimEnd().split('\n').length).toBeLessThanOrEqual(250);
});

it('every test of one file or folder is at its path', () => {
  // Tests that start programs, use the OAuth endpoints as a client does, or span several parts do not belong to a file.
  const broadTests =
    /^test\/(.*\/)?(browser|commands|conformance|deploy|docs|e2e|fork|scripts|wild)\/|^test\/platform\/oauth\/[^/]+$/;
  const unitTests = tests.filter((path) => /\.test\.ts$/.test(path) && !broadTests.test(path));
  const orphans = unitTests.filter((path) => {
    const source = path.replace(/^test/, 'src').replace(/\.test\.ts$/, '');
    // The tests of one file may be divided: they are in a folder of its name.
    return ![`${source}.ts`, source, `${dirname(source)}.ts`].some((name) => existsSync(join(root, name)));
  });
  expect(orphans).toEqual(['test/architecture.test.ts']);
});
