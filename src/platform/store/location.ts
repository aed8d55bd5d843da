import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Returns the path of a database file, or `undefined` for an in-memory database or another engine. */
export function databasePath(url: string): string | undefined {
  if (!isFile(url) || url === 'file::memory:') return undefined;
  return url.startsWith('file:///') ? fileURLToPath(url) : url.slice('file:'.length);
}

/** Checks whether a URL names a file, rather than a PostgreSQL server. */
export function isFile(url: string): boolean {
  return url.startsWith('file:');
}

/** Returns the path of the database if it is a file that does not exist. Opening it would create it. */
export function missingFile(url: string): string | undefined {
  const path = databasePath(url);
  return path === undefined || existsSync(path) ? undefined : path;
}

/** Says where a database is, for people. Leaves out the user and the password. */
export function describeDatabase(url: string): string {
  if (isFile(url)) return resolve(databasePath(url) ?? ':memory:');
  const { host, pathname, search, hash } = new URL(url);
  // Characters of a password that are not escaped make it end early, and part of it becomes a port and a path.
  if (`${pathname}${search}${hash}`.includes('@')) return 'PostgreSQL';
  return `PostgreSQL at ${host}${pathname}`;
}
