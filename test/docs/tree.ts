import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root } from './pages.js';

/** What is made here rather than written by anybody. */
const MADE = /^(node_modules|dist|data|\.git|\.env)$/;

/** A copy of the whole tree to change and check. The caller removes it. */
export function copyTree(): string {
  const directory = mkdtempSync(join(tmpdir(), 'docs-'));
  cpSync(root, directory, { recursive: true, filter: (path) => !MADE.test(relative(root, path)) });
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
  return directory;
}

/** How long a test may take that runs compilers, on a machine busy with other tests. Milliseconds. */
export const COMPILERS_MS = 300_000;

/** A program of the packages, such as `tsc`. */
export const packaged = (name: string) => join(root, 'node_modules/.bin', name);

/** What a program has to complain about; empty when it is content. */
export function complaints(directory: string, program: string, ...args: string[]): string {
  try {
    execFileSync(program, args, { cwd: directory, encoding: 'utf8', stdio: 'pipe' });
    return '';
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return `${stdout}\n${stderr}`;
  }
}
