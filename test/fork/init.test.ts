import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EXAMPLE_PACKAGES, EXAMPLE_PATHS } from '../../scripts/init/example.js';
import { brand } from '../../src/brand.js';
import { connectModern } from '../support/app/clients.js';
import { startProgram, type TestServer } from '../support/programs/server.js';
import { type Checkout, checkOut } from './support/checkout.js';

let fork: Checkout;
let told: string;
beforeAll(async () => {
  fork = await checkOut();
  told = await fork.must('npm', 'run', 'init', '--', '--name', 'Blue Dental Clinic', '--scheme', 'dental');
});
afterAll(() => fork.remove());

it('prints what it removed, replaced and changed, which is all that git sees', async () => {
  const status = (await fork.must('git', 'status', '--porcelain', '--untracked-files=all'))
    .trimEnd()
    .split('\n');
  const lines = told
    .split('\n')
    .filter((line) => line.startsWith('  '))
    .map((line) => line.trim());
  const named = (path: string) => lines.some((line) => line === path || path.startsWith(`${line}/`));
  expect(status.map((line) => line.slice(3)).filter((path) => !named(path))).toEqual([]);
  expect(told).toContain('This is Blue Dental Clinic now: blue-dental-clinic, with resources at dental://');
});

it('leaves nothing of the example: no file, no word, no package', async () => {
  for (const path of EXAMPLE_PATHS) expect(existsSync(join(fork.root, path)), path).toBe(false);
  // The certificate protocol has the same name.
  const places = [
    '.',
    ':!nginx',
    ':!docker-compose.yml',
    ':!docs/deploy.md',
    ':!test/deploy/compose.test.ts',
  ];
  const { output } = await fork.run(
    'git',
    'grep',
    '--untracked',
    '-ilE',
    `${brand.uriScheme}|furniture`,
    '--',
    ...places,
  );
  expect(output).toBe('');
  expect(await fork.must('cat', 'src/brand.ts')).not.toContain(brand.logo);
  const manifest = JSON.parse(await fork.must('cat', 'package.json'));
  const { packages } = JSON.parse(await fork.must('cat', 'package-lock.json'));
  // Only what the fork itself asks for: a package that stays may need one that the example used.
  for (const { name, dependencies, devDependencies } of [manifest, packages['']]) {
    const asked = Object.keys({ ...dependencies, ...devDependencies });
    expect(asked.filter((known) => EXAMPLE_PACKAGES.includes(known))).toEqual([]);
    expect(name).toBe('blue-dental-clinic');
  }
  await fork.must('npm', 'ls', '--package-lock-only', '--all');
});

it('passes its own checks', async () => {
  await fork.must('npm', 'run', 'check');
});

it('passes its own tests', async () => {
  await fork.must('npm', 'run', 'build');
  const tests = await readdir(join(fork.root, 'test'));
  // The tests of the platform know nothing of a fork, which the test of the architecture checks there.
  const own = tests.filter((name) => name !== 'platform').map((name) => `test/${name}`);
  expect(own).toContain('test/architecture.test.ts');
  await fork.must('npx', 'vitest', 'run', '--project', 'unit', ...own);
}, 600_000);

it('has documentation that names nothing of the example', async () => {
  await fork.must('npx', 'vitest', 'run', '--project', 'programs', 'test/docs/links', 'test/docs/commands');
}, 600_000);

it('has every script and file that its workflow runs', async () => {
  const { scripts } = JSON.parse(await fork.must('cat', 'package.json')) as { scripts: object };
  const texts = await fork.must('sh', '-c', 'cat .github/workflows/*.yml .ci/run');
  const names = [...texts.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name]) => name ?? '');
  expect(names).toContain('check');
  expect(names.filter((name) => !(name in scripts))).toEqual([]);
  const files = [...texts.matchAll(/bash (\S+)|'(test\/[\w./-]+)/g)].map(
    ([, run, path]) => run ?? path ?? '',
  );
  expect(files).toContain('.ci/run');
  expect(files.filter((path) => !existsSync(join(fork.root, path)))).toEqual([]);
});

it('has every file that its own scripts run', async () => {
  const { scripts } = JSON.parse(await fork.must('cat', 'package.json')) as {
    scripts: Record<string, string>;
  };
  const files = Object.values(scripts).flatMap((script) =>
    [...script.matchAll(/\b(?:tsx|node) ((?!dist\/)[\w.-]+\/[\w./-]+)/g)].map(([, path]) => path ?? ''),
  );
  expect(files).toContain('examples/connect-with-client.ts');
  expect(files.filter((path) => !existsSync(join(fork.root, path)))).toEqual([]);
});

it('starts, answers, and shows itself to the example client', async () => {
  const server: TestServer = await startProgram(join(fork.root, 'dist/main.js'), {});
  const client = await connectModern(server.mcpUrl);
  expect(client.getServerVersion()).toMatchObject({
    name: 'blue-dental-clinic',
    title: 'Blue Dental Clinic',
  });
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['roll_dice', 'greeting_card']);
  expect(await client.readResource({ uri: 'dental://about' })).toMatchObject({
    contents: [{ text: expect.stringContaining('# Blue Dental Clinic') }],
  });
  await client.close();
  const example = await fork.must(
    'npm',
    'run',
    'example',
    '--',
    server.mcpUrl,
    '--headless',
    'alice',
    'password123',
  );
  expect(example).toContain('Connected to Blue Dental Clinic');
  expect(example).toContain('roll_dice');
  await server.stop();
});
