import { StoreUnavailableError } from '../http/errors.js';

/** What keeps the database from doing its work, in words that clients and `/readyz` may show. */
const FAULTS = {
  busy: 'The database is busy',
  full: 'The disk of the database is full',
  disk: 'The disk of the database fails',
  readOnly: 'The database is read-only',
  moved: 'The file of the database was removed or replaced',
  silent: 'The database does not answer',
} as const;

type Fault = keyof typeof FAULTS;

/**
 * The result codes of SQLite (https://www.sqlite.org/rescode.html), the SQLSTATE codes of PostgreSQL (appendix A of its
 * manual) and the error codes of the system. The first match counts.
 */
const CODES: [RegExp, Fault][] = [
  [/^SQLITE_(BUSY|LOCKED)|^(55P03|53300)$/, 'busy'],
  [/^SQLITE_FULL|^53[12]00$|^(ENOSPC|EDQUOT)$/, 'full'],
  [/^SQLITE_READONLY|^25006$/, 'readOnly'],
  [/^SQLITE_(IOERR|CANTOPEN)|^58030$/, 'disk'],
  [/^08|^57P0[1-3]$|^E[A-Z]+$/, 'silent'],
];

/** Makes the error for a database that cannot do its work. The cause is for the log. */
export function unavailable(fault: Fault, cause: unknown): StoreUnavailableError {
  return new StoreUnavailableError(FAULTS[fault], { cause });
}

/** Checks whether another connection holds the lock that a statement needs. The statement has changed nothing. */
export function isBusy(error: unknown): boolean {
  return faultOf(error) === 'busy';
}

/** Converts an error of a driver: one that says the database cannot work becomes 503, a mistake in a query stays. */
export function asStoreError(error: unknown): unknown {
  const fault = faultOf(error);
  return fault === undefined ? error : unavailable(fault, error);
}

function faultOf(error: unknown): Fault | undefined {
  const { code, message } = error as { code?: unknown; message?: unknown };
  // pg gives no code when all connections of its pool are taken, or when one breaks.
  if (message === 'timeout exceeded when trying to connect') return 'busy';
  if (message === 'Connection terminated unexpectedly') return 'silent';
  return CODES.find(([pattern]) => typeof code === 'string' && pattern.test(code))?.[1];
}
