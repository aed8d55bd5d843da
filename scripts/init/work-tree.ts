import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { InputError } from './names.js';

/**
 * Makes sure that every change can be undone with git.
 *
 * @param force whether to accept a folder that is not a git checkout
 * @throws {InputError} when something is not committed, or the folder is not a checkout
 */
export function assertCleanWorkTree(root: string, force: boolean): void {
  if (!isCheckout(root)) {
    if (force) return;
    throw new InputError(
      'This is not a git checkout, so nothing could be undone. Run git init and commit first, or add --force.',
    );
  }
  const status = git(root, 'status', '--porcelain');
  if (status !== '')
    throw new InputError(`Commit or stash these first, so that you can undo everything:\n${status}`);
}

/** Checks that the folder is the root of a checkout, not a folder inside another one. */
function isCheckout(root: string): boolean {
  try {
    return realpathSync(git(root, 'rev-parse', '--show-toplevel').trim()) === realpathSync(root);
  } catch {
    return false;
  }
}

function git(root: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
