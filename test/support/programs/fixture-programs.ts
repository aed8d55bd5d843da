import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { FIXTURE_PROGRAMS } from './server.js';

const root = join(import.meta.dirname, '../../..');

/** Replaces the definition that a fork edits with the fixture's. Nothing else distinguishes two servers. */
const fixtureDefinition: Plugin = {
  name: 'fixture-definition',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/server\.js$/ }, ({ path, resolveDir }) =>
      join(resolveDir, path) === join(root, 'src/server.js')
        ? { path: join(root, 'test/platform/fixture/server.ts') }
        : undefined,
    );
    // Files are found relative to their source, not to the bundle.
    onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll(
        'import.meta.dirname',
        JSON.stringify(dirname(path)),
      ),
      loader: 'ts',
    }));
  },
};

/** Builds `main`, the command line and the doctor for the fixture. Needs nothing of the example. */
export async function buildFixture(): Promise<void> {
  await build({
    entryPoints: ['main.ts', 'commands/cli.ts', 'commands/doctor.ts'].map((name) => join(root, 'src', name)),
    outdir: FIXTURE_PROGRAMS,
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
    plugins: [fixtureDefinition],
  });
}
