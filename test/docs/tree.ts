import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root } from './pages.js';

/** Generated files and directories. */
const GENERATED = /^(node_modules|dist|data|\.git|\.env)$/;

/** Copies the whole tree, to be changed and checked. The caller removes it. */
export function copyTree(): string {
  const directory = mkdtempSync(join(tmpdir(), 'docs-'));
  cpSync(root, directory, { recursive: true, filter: (path) => !GENERATED.test(relative(root, path)) });
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
  return directory;
}

/** Time for a test that runs compilers while other tests keep the machine busy, in milliseconds. */
export const COMPILERS_MS = 300_000;

/** Returns the path of a program of the installed packages, such as `tsc`. */
export const packaged = (name: string) => join(root, 'node_modules/.bin', name);

/** Runs a program and returns its complaints; empty when there are none. */
export function complaints(directory: string, program: string, ...args: string[]): string {
  try {
    execFileSync(program, args, { cwd: directory, encoding: 'utf8', stdio: 'pipe' });
    return '';
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return `${stdout}\n${stderr}`;
  }
}
