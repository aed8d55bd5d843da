import { randomBytes } from 'node:crypto';
import { nowInSeconds } from '../clock.js';
import type { Store } from './database.js';
import type { StoreTables } from './tables.js';

/**
 * Returns a 256-bit random key. The first call for a name creates it; every replica and restart then gets the same key.
 *
 * @param name what the key is for; use a different name for every purpose
 */
export async function serverSecret(store: Store<StoreTables>, name: string): Promise<Buffer> {
  await store
    .insertInto('server_secrets')
    .values({ name, value: randomBytes(32).toString('base64url'), created_at: nowInSeconds() })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const row = await store
    .selectFrom('server_secrets')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  return Buffer.from(row.value, 'base64url');
}
