import { randomBytes } from 'node:crypto';
import { nowInSeconds } from '../clock.js';
import type { Store } from './database.js';
import type { StoreTables } from './tables.js';

/**
 * A 256-bit random key, made at the first call for its name and the same for every replica and restart after that.
 *
 * @param name what the key is for; keys for two purposes never share a name
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
