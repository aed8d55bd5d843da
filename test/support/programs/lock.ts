import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { endWithTests } from './processes.js';

/** Holds the lock until its standard input ends. Plain JavaScript, so that it starts at once. */
const HOLD = `
  const [path, begin] = process.argv.slice(1);
  const database = new (require('libsql'))(path, { timeout: 5000 });
  database.exec(begin);
  process.stdout.write('locked');
  process.stdin.on('end', () => { database.exec('rollback'); process.exit(0); }).resume();
`;

/**
 * Lets another process hold the write lock of a database file, as a backup or the `sqlite3` shell does.
 *
 * @returns a function that lets go of it
 */
export async function lockDatabase(path: string, begin = 'begin immediate'): Promise<() => Promise<void>> {
  const holder = endWithTests(
    spawn(process.execPath, ['-e', HOLD, path, begin], { cwd: join(import.meta.dirname, '../../..') }),
  );
  const ended = once(holder, 'exit');
  await Promise.race([
    once(holder.stdout, 'data'),
    ended.then(() => {
      throw new Error('The database could not be locked');
    }),
  ]);
  return async () => {
    holder.stdin.end();
    await ended;
  };
}
