/**
 * Sets an entry of a cache that has a limit, as its newest. Deletes the oldest entry when there are too many.
 *
 * @param max the most entries the cache may hold
 */
export function setNewest<Key, Value>(cache: Map<Key, Value>, key: Key, value: Value, max: number): void {
  // Deleted first, because a map keeps the place of a key that is set again.
  cache.delete(key);
  const [oldest] = cache.keys();
  if (cache.size >= max && oldest !== undefined) cache.delete(oldest);
  cache.set(key, value);
}
