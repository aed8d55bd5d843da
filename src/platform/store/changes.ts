import { spellUri } from '../resource-uri.js';
import type { ChangeFeed, FeedOptions } from './change-feed.js';
import type { Store } from './database.js';
import { engineOf } from './engine.js';

/** The payload of a `NOTIFY` must be shorter than 8000 bytes. The same holds for a file, so that both behave alike. */
const MAX_URI_LENGTH = 7999;

/**
 * Tells every client that is subscribed to a resource, on every replica, that it has changed. One statement: with a
 * transaction as the store, clients are told once that is committed, and never if it is rolled back.
 *
 * @param uri of the resource, as clients read it, such as `bistro://dishes/soup`
 * @throws {RangeError} when the URI is longer than 7999 bytes once it is percent-encoded
 * @throws {TypeError} when it is not a URI
 *
 * @example
 * await inTransaction(store, async (transaction) => {
 *   await changePrice(transaction, id, price);
 *   await notifyChanged(transaction, `bistro://dishes/${id}`);
 * });
 */
export async function notifyChanged(store: Store, uri: string): Promise<void> {
  if (!URL.canParse(uri)) throw new TypeError(`Not the URI of a resource: ${uri}`);
  const spelled = spellUri(uri);
  const { length } = spelled;
  if (length > MAX_URI_LENGTH) {
    throw new RangeError(
      `A change of a URI of ${length} bytes cannot be told, ${MAX_URI_LENGTH} are the most`,
    );
  }
  await engineOf(store).notify(store, spelled);
}

/** Follows the changes of a database. The feed is paused at first. */
export function followChanges(store: Store, options: FeedOptions): ChangeFeed {
  return engineOf(store).follow(store, options);
}
