import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Logger } from '../logger.js';

/** A database file, and what SQLite keeps beside it: the write-ahead log and its index. */
const SUFFIXES = ['', '-wal', '-shm'];

/**
 * Creates a database file before SQLite does, so that others can never read it, not even for a moment. Files that belong
 * to another user are accepted as they are, since containers and volumes often bring such.
 *
 * @param logger is warned of files that other users of the machine can read
 * @returns the path of the file itself if the given one is a link. SQLite keeps its files beside that
 * @throws when a file cannot be read and written, saying what to do
 */
export function prepareFiles(path: string, logger?: Pick<Logger, 'warn'>): string {
  const directory = dirname(path);
  needs(directory, 'be created', () => mkdirSync(directory, { recursive: true, mode: 0o700 }));
  const { W_OK, X_OK, R_OK } = constants;
  needs(directory, 'take the two files that SQLite keeps beside the database', () =>
    accessSync(directory, W_OK | X_OK),
  );
  needs(path, 'be written', () => closeSync(openSync(path, 'a', 0o600)));
  const real = realpathSync(path);
  for (const file of SUFFIXES.map((suffix) => real + suffix).filter((name) => existsSync(name))) {
    needs(file, 'be read and written', () => accessSync(file, R_OK | W_OK));
    makePrivate(file);
    if ((statSync(file).mode & 0o066) === 0) continue;
    logger?.warn({ file }, 'other users of this machine can open the database: have its owner run chmod 600');
  }
  return real;
}

/** Only the owner may change the mode, and some file systems have none. */
function makePrivate(file: string): void {
  try {
    chmodSync(file, 0o600);
  } catch {}
}

const REMEDIES: Record<string, string> = {
  EISDIR: 'It is a directory: name a file in it',
  EROFS: 'Mount its file system for writing, or choose another place',
  ENOENT: 'Choose a place where files can be created',
  ENOSPC: 'Its disk is full: make room, or choose another place',
};

/** Runs a system call on a file. Adds to its error who needs which right. */
function needs(file: string, what: string, call: () => void): void {
  try {
    call();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const user = process.getuid?.();
    const owner = user === undefined ? 'the user of this process' : `the user with id ${user}`;
    const remedy =
      REMEDIES[code ?? ''] ??
      `Give it to ${owner}, who runs this process (chown, chmod u+rw), or choose another place`;
    throw new Error(`${file} cannot ${what} (${code}). ${remedy}`, { cause: error });
  }
}
