import { nowInSeconds } from '../../clock.js';
import type { Logger } from '../../logger.js';
import type { Store } from '../../store/database.js';
import type { OAuthTables } from '../tables.js';

const INTERVAL_MS = 600_000;

/** Deletes what has expired. Clients that still have grants stay: they could not find back otherwise. */
export async function sweep(store: Store<OAuthTables>): Promise<void> {
  const now = nowInSeconds();
  for (const table of [
    'authorization_requests',
    'refresh_tokens',
    'revoked_access_tokens',
    'grants',
  ] as const) {
    await store.deleteFrom(table).where('expires_at', '<=', now).execute();
  }
  // A code that was used stays as long as its grant, so that a replay is noticed.
  await store
    .deleteFrom('authorization_codes')
    .where('expires_at', '<=', now)
    .where('used_at', 'is', null)
    .execute();
  await store.deleteFrom('signing_keys').where('expires_at', '<=', now).execute();
  await store.deleteFrom('rate_limits').where('resets_at', '<=', now).execute();
  await store
    .deleteFrom('oauth_clients')
    .where('expires_at', '<=', now)
    .where('client_id', 'not in', (grants) => grants.selectFrom('grants').select('client_id'))
    .execute();
}

/**
 * Sweeps every ten minutes.
 *
 * @returns ends it
 */
export function startSweeping(store: Store<OAuthTables>, logger: Logger): () => void {
  const timer = setInterval(() => {
    sweep(store).catch((error) => logger.warn({ err: error }, 'expired rows could not be deleted'));
  }, INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
