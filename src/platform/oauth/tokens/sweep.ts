import { nowInSeconds } from '../../clock.js';
import type { Logger } from '../../logger.js';

const INTERVAL_MS = 600_000;

/** The home of a table whose rows expire. */
export interface Expiring {
  /** @param now seconds since 1970 */
  deleteExpired: (now: number) => Promise<void>;
}

/** Makes each home delete its expired rows, in this order. */
export async function sweep(homes: Expiring[]): Promise<void> {
  const now = nowInSeconds();
  for (const home of homes) await home.deleteExpired(now);
}

/**
 * Sweeps every ten minutes.
 *
 * @returns a function that stops the sweeping
 */
export function startSweeping(homes: Expiring[], logger: Logger): () => void {
  const timer = setInterval(() => {
    sweep(homes).catch((error) => logger.warn({ err: error }, 'expired rows could not be deleted'));
  }, INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
