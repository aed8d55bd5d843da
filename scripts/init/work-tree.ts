import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { InputError } from './names.js';

/**
 * Makes sure that everything can be taken back with git.
 *
 * @param force whether a folder that is not a git checkout will do
 * @throws {InputError} when something is not committed, or when the folder is not a checkout
 */
export function assertCleanWorkTree(root: string, force: boolean): void {
  if (!isCheckout(root)) {
    if (force) return;
    throw new InputError(
      'This is not a git checkout, so nothing could be taken back. Run git init and commit first, or add --force.',
    );
  }
  const status = git(root, 'status', '--porcelain');
  if (status !== '')
    throw new InputError(`Commit or stash these first, so that you can take everything back:\n${status}`);
}

/** A folder inside the checkout of something else is not a checkout of its own. */
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
