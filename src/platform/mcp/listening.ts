import type { Caller, Identify } from '../caller.js';
import type { Logger } from '../logger.js';

/** How often a stream that only waits is kept alive, and its caller checked, in milliseconds. */
export const KEEP_ALIVE_MS = 15_000;

/** Checks whether a caller may keep a stream that was opened, or last used, with this Authorization header. */
export type MayListen = (caller: Caller, authorization: string | undefined) => Promise<boolean>;

/** What the check needs. */
interface ListenCheckOptions {
  identify: Identify;
  logger: Pick<Logger, 'warn'>;
}

/**
 * Creates the check of streams on both transports: their token must still identify the same caller with the same
 * permissions. A caller who cannot be checked right now may go on.
 */
export function createListenCheck({ identify, logger }: ListenCheckOptions): MayListen {
  return async (caller, authorization) => {
    try {
      const now = await identify(authorization);
      return now !== undefined && isSameCaller(now.caller, caller);
    } catch (error) {
      logger.warn({ err: error }, 'the caller of a stream could not be checked');
      return true;
    }
  };
}

/** Checks that a stream is used by the caller who opened it, with the same permissions. */
export function isSameCaller(left: Caller, right: Caller): boolean {
  return (
    left.kind === right.kind &&
    left.id === right.id &&
    left.clientId === right.clientId &&
    left.scopes.join(' ') === right.scopes.join(' ')
  );
}
