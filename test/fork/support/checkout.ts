import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endWithTests } from '../../support/programs/processes.js';

const repository = join(import.meta.dirname, '../../..');

/** The author of commits in a checkout, whatever this machine's git configuration says. */
const GIT = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'Fork',
  GIT_AUTHOR_EMAIL: 'fork@example.com',
  GIT_COMMITTER_NAME: 'Fork',
  GIT_COMMITTER_EMAIL: 'fork@example.com',
};

export interface Ran {
  code: number | null;
  /** Everything it wrote, including errors. */
  output: string;
}

/** A copy of this repository with a history of its own, like a fork. */
export interface Checkout {
  root: string;
  /** Runs a program in the checkout to the end. */
  run: (command: string, ...args: string[]) => Promise<Ran>;
  /** Like `run`, but throws the output unless the exit code is 0. */
  must: (command: string, ...args: string[]) => Promise<string>;
  /** Commits everything. */
  commit: (message: string) => Promise<void>;
  remove: () => Promise<void>;
}

/** Copies all files that git tracks or would add, commits them, and shares the installed packages. */
export async function checkOut(): Promise<Checkout> {
  const root = await mkdtemp(join(tmpdir(), 'fork-'));
  const run = (command: string, ...args: string[]) => runIn(root, command, args);
  const must = async (command: string, ...args: string[]) => {
    const { code, output } = await run(command, ...args);
    if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`);
    return output;
  };
  const commit = async (message: string) => {
    await must('git', 'add', '--all');
    await must('git', 'commit', '--quiet', '--message', message);
  };
  const { output } = await runIn(repository, 'git', [
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
  ]);
  const { output: deleted } = await runIn(repository, 'git', ['ls-files', '-z', '--deleted']);
  const gone = new Set(deleted.split('\0'));
  for (const path of output.split('\0').filter((path) => path !== '' && !gone.has(path))) {
    await cp(join(repository, path), join(root, path));
  }
  await linkPackages(root);
  await must('git', 'init', '--quiet', '--initial-branch=main');
  await commit('Upstream');
  return { root, run, must, commit, remove: () => rm(root, { recursive: true, force: true }) };
}

/** Makes a checkout, runs `npm run init` in it, and commits the result. */
export async function checkOutFork(): Promise<Checkout> {
  const checkout = await checkOut();
  await checkout.must('npm', 'run', 'init', '--', '--name', 'Blue Dental Clinic');
  await checkout.commit('Blue Dental Clinic');
  return checkout;
}

/** Links each installed package into a new folder, so that caches in the folder belong to the checkout. */
async function linkPackages(root: string): Promise<void> {
  await mkdir(join(root, 'node_modules'));
  const installed = await readdir(join(repository, 'node_modules'));
  for (const name of installed.filter((each) => each === '.bin' || !each.startsWith('.'))) {
    await symlink(join(repository, 'node_modules', name), join(root, 'node_modules', name));
  }
}

async function runIn(cwd: string, command: string, args: string[]): Promise<Ran> {
  const child = endWithTests(
    spawn(command, args, {
      cwd,
      // Without the variables of this test run, which a nested test run would mistake for its own.
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...GIT },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
    'SIGTERM',
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}
