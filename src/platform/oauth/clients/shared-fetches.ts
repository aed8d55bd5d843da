/** How many fetches of one kind may run at once. Strangers can cause any number. */
const MAX_AT_ONCE = 20;

/**
 * Lets all who ask for the same address at once share one fetch, and bounds how many run.
 *
 * @param refusal makes the error for when too many are running
 * @returns a function that fetches; `beforeFetch` is called before a connection is made, and may throw to prevent it
 */
export function sharedFetches<T>(
  fetch: (address: string) => Promise<T>,
  refusal: (running: number) => Error,
): (address: string, beforeFetch: () => Promise<void>) => Promise<T> {
  const pending = new Map<string, Promise<T>>();
  return async (address, beforeFetch) => {
    await beforeFetch();
    const running = pending.get(address);
    if (running !== undefined) return running;
    if (pending.size >= MAX_AT_ONCE) throw refusal(pending.size);
    const fetched = fetch(address).finally(() => pending.delete(address));
    pending.set(address, fetched);
    return fetched;
  };
}
