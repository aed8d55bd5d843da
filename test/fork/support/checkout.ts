import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endWithTests } from '../../support/programs/processes.js';

const repository = join(import.meta.dirname, '../../..');

/** Whoever commits in a checkout, whatever is set on this machine. */
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
  /** What it wrote, errors too. */
  output: string;
}

/** A copy of this repository with a history of its own, as somebody who forks it has. */
export interface Checkout {
  root: string;
  /** Runs a program in it to the end. */
  run: (command: string, ...args: string[]) => Promise<Ran>;
  /** The same, and throws what it wrote unless it ends with 0. */
  must: (command: string, ...args: string[]) => Promise<string>;
  /** Commits everything. */
  commit: (message: string) => Promise<void>;
  remove: () => Promise<void>;
}

/** Copies what git knows or would add, commits it, and shares the installed packages. */
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

/** A checkout after `npm run init`, committed. */
export async function checkOutFork(): Promise<Checkout> {
  const checkout = await checkOut();
  await checkout.must('npm', 'run', 'init', '--', '--name', 'Blue Dental Clinic');
  await checkout.commit('Blue Dental Clinic');
  return checkout;
}

/** A link to each installed package, in a folder of its own: caches in there belong to the checkout. */
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
      // Without the variables of this test run, which a test run in there would take for its own.
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
