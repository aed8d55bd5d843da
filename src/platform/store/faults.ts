import { StoreUnavailableError, UnavailableError } from '../http/errors.js';

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
 *
 * Of PostgreSQL, "busy" are the conflicts of transactions (40001, 40P01), used-up resources (class 53), waits for locks
 * that took too long (55P03), cancelled queries (57014), and transactions that idled too long (25P03, 25P04).
 */
const CODES: [RegExp, Fault][] = [
  [/^SQLITE_FULL|^53100$|^(ENOSPC|EDQUOT)$/, 'full'],
  [/^SQLITE_(BUSY|LOCKED)|^(25P0[34]|4000[13]|40P01|53\d\d\d|55P03|57014)$/, 'busy'],
  [/^SQLITE_READONLY|^25006$/, 'readOnly'],
  [/^SQLITE_(IOERR|CANTOPEN)|^58/, 'disk'],
  [/^08(?!P01)|^57P0[1-5]$|^E[A-Z_]+$/, 'silent'],
];

/** Makes the error for a database that cannot do its work. The cause is for the log. */
export function unavailable(fault: Fault, cause: unknown): StoreUnavailableError {
  return new StoreUnavailableError(FAULTS[fault], { cause });
}

/** Checks whether another connection holds the lock that a statement needs. The statement has changed nothing. */
export function isBusy(error: unknown): boolean {
  return faultOf(error) === 'busy';
}

/** Checks whether an error made by `asStoreError` or `unavailable` says that the database does not answer. */
export function isSilent(error: unknown): boolean {
  return error instanceof UnavailableError && error.message === FAULTS.silent;
}

/**
 * Checks whether PostgreSQL ended a transaction because it conflicted with another: serialization_failure and
 * deadlock_detected. Nothing of it was done, so the whole may be tried again.
 */
export function isConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(error));
}

/** Checks whether PostgreSQL gave up waiting for a lock. */
export function isLockTimeout(error: unknown): boolean {
  return codeOf(error) === '55P03';
}

/** Checks whether PostgreSQL refused to write, as a server does that is no longer the primary. */
export function isReadOnly(error: unknown): boolean {
  return codeOf(error) === '25006';
}

/** Checks whether PostgreSQL closes a connection with an error, such as a pooler that has lost its server (08P01). */
function endsConnection(error: unknown): boolean {
  return ['FATAL', 'PANIC'].includes(String((error as { severity?: unknown }).severity));
}

/** Returns the code of an error, or of the one that caused it. */
function codeOf(error: unknown): string {
  const { code, cause } = Object(error) as { code?: unknown; cause?: unknown };
  return code === undefined && cause !== undefined ? codeOf(cause) : String(code);
}

/**
 * Converts an error of a driver: one that says the database cannot work becomes 503, a mistake in a query stays.
 *
 * @param otherwise what the error means if nothing is known of it; a mistake in a query by default
 */
export function asStoreError(error: unknown, otherwise?: Fault): unknown {
  if (error instanceof UnavailableError) return error;
  const fault = faultOf(error) ?? (endsConnection(error) ? 'silent' : otherwise);
  return fault === undefined ? error : unavailable(fault, error);
}

function faultOf(error: unknown): Fault | undefined {
  const { code, message } = error as { code?: unknown; message?: unknown };
  // pg gives no code when all connections of its pool are taken.
  if (message === 'timeout exceeded when trying to connect') return 'busy';
  return CODES.find(([pattern]) => typeof code === 'string' && pattern.test(code))?.[1];
}
