import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runProgram } from '../support/programs/program.js';

const root = join(import.meta.dirname, '../..');
/** What the platform and its tests need of the repository. Nothing of a fork is in it. */
const KEPT = [
  'src/platform',
  'src/commands/doctor',
  'test/platform',
  'test/support',
  'examples',
  'tsconfig.json',
];

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mcp-platform-'));
  for (const path of KEPT) {
    mkdirSync(join(directory, path, '..'), { recursive: true });
    cpSync(join(root, path), join(directory, path), { recursive: true });
  }
  // Shared by tests of a fork only.
  rmSync(join(directory, 'test/support/tools'), { recursive: true, force: true });
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
  const compilerOptions = { noEmit: true };
  const settings = { extends: './tsconfig.json', compilerOptions, include: ['src', 'test'] };
  writeFileSync(join(directory, 'tsconfig.alone.json'), JSON.stringify(settings));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it('the platform and its tests compile without the example, or any other fork', async () => {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { code, out } = await runProgram([compiler, '-p', join(directory, 'tsconfig.alone.json')]);
  expect(out).toBe('');
  expect(code).toBe(0);
}, 120_000);
