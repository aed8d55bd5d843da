import { setTimeout as elapsed } from 'node:timers/promises';
import { UnavailableError } from '../http/errors.js';
import type { Logger } from '../logger.js';
import { pingStore, type Store } from './database.js';
import { unavailable } from './faults.js';

/** How long the database may take to answer, in milliseconds. Whoever asks is to know within two seconds. */
const TIMEOUT_MS = 1800;

/** How long after a write the next questions only read, in milliseconds, so that a flood of them costs no writes. */
const WRITE_EVERY_MS = 1000;

/**
 * Watches whether the database can be read and written, and logs the cause when that changes.
 *
 * @returns a function that resolves with the reason why it cannot, such as "the database is read-only", without paths
 *   or other internals, or with `undefined` when it can
 */
export function createReadiness(
  store: Store,
  logger: Pick<Logger, 'warn' | 'info'>,
): () => Promise<string | undefined> {
  let asking: Promise<string | undefined> | undefined;
  let reported: string | undefined;
  let written = Number.NEGATIVE_INFINITY;

  async function ask(): Promise<string | undefined> {
    const writes = reported !== undefined || performance.now() - written > WRITE_EVERY_MS;
    const fault = await faultOf(store, writes ? 'write' : 'read');
    if (writes) written = performance.now();
    const reason = fault?.message.replace(/^T/, 't');
    if (fault && reason !== reported) logger.warn({ err: fault }, 'not ready');
    if (!fault && reported !== undefined) logger.info('ready again');
    reported = reason;
    return reason;
  }

  return () => {
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}

async function faultOf(store: Store, mode: 'read' | 'write'): Promise<UnavailableError | undefined> {
  const late = new AbortController();
  const timeout = elapsed(TIMEOUT_MS, undefined, { signal: late.signal, ref: false }).then(() => {
    throw unavailable('busy', new Error(`no answer within ${TIMEOUT_MS} ms`));
  });
  try {
    await Promise.race([pingStore(store, mode), timeout]);
    return undefined;
  } catch (error) {
    return error instanceof UnavailableError ? error : unavailable('silent', error);
  } finally {
    timeout.catch(() => {});
    late.abort();
  }
}
