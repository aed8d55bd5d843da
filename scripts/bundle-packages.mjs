// Half of a start would be finding and reading the hundreds of files of these packages. Each becomes one file in
// `dist/node_modules`, where Node looks before it looks at what npm installed. Only the built programs use these; the
// packages themselves stay beside them, with their licences. Packages with native code, data files or workers cannot be
// on the list. A package that is not on it works as well and only loads more slowly.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

const PACKAGES = [
  '@modelcontextprotocol/node',
  '@modelcontextprotocol/sdk',
  '@modelcontextprotocol/server',
  'dotenv',
  'express',
  'jose',
  'kysely',
  'request-filtering-agent',
  'zod',
];
const OUT = 'dist/node_modules';

/** Returns the name of the package that an import is from. */
const packageOf = (specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

/**
 * Lists what the code imports of the packages, such as `zod` or `@modelcontextprotocol/sdk/types.js`. It reads the sources,
 * because `dist` may still have files of an earlier version, which do not fit the others.
 */
async function findImports() {
  const { metafile } = await build({
    entryPoints: ['src/**/*.ts'],
    outdir: OUT,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    metafile: true,
    write: false,
    logLevel: 'error',
  });
  const all = Object.values(metafile.inputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  return [...new Set(all)].filter((specifier) => PACKAGES.includes(packageOf(specifier))).sort();
}

/** Names every export, because those of CommonJS are known only once it runs. */
const forwarding = {
  name: 'forwarding',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^forward:/ }, ({ path }) => ({
      path: path.slice('forward:'.length),
      namespace: 'forward',
    }));
    onLoad({ filter: /.*/, namespace: 'forward' }, async ({ path }) => ({
      contents: `export { ${Object.keys(await import(path))
        .filter((name) => name !== 'module.exports')
        .join(', ')} } from '${path}';`,
      resolveDir: process.cwd(),
    }));
  },
};

const imports = await findImports();
const fileOf = (specifier) =>
  `${specifier.replace(/\.js$/, '')}${specifier === packageOf(specifier) ? '/index' : ''}`;
const { outputFiles } = await build({
  entryPoints: imports.map((specifier) => ({ in: `forward:${specifier}`, out: fileOf(specifier) })),
  outdir: OUT,
  bundle: true,
  // What two of them share, such as zod, is there once.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  chunkNames: '.shared/[name]-[hash]',
  write: false,
  plugins: [forwarding],
  // CommonJS requires the modules of Node.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
});
// Replaced only when all is there: a running server still loads some of it later.
rmSync(OUT, { recursive: true, force: true });
for (const { path, contents } of outputFiles) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}
for (const name of new Set(imports.map(packageOf))) {
  const { version, license } = JSON.parse(readFileSync(join('node_modules', name, 'package.json'), 'utf8'));
  const exports = Object.fromEntries(
    imports
      .filter((specifier) => packageOf(specifier) === name)
      .map((specifier) => [
        `.${specifier.slice(name.length)}`,
        `./${fileOf(specifier).slice(name.length + 1)}.js`,
      ]),
  );
  writeFileSync(
    join(OUT, name, 'package.json'),
    JSON.stringify({ name, version, license, type: 'module', exports }, null, 2),
  );
}
