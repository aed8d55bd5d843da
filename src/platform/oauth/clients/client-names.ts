import { type ClientDocuments, isDocumentUrl } from './client-documents.js';
import type { Clients } from './clients.js';

/** How long a name is believed. */
const MAX_AGE_MS = 300_000;
const MAX_CACHED = 1000;

/**
 * The names of clients for the log, looked up once in some minutes. It never fetches a document.
 *
 * @returns the name of a client, or `undefined` for one that is not registered
 */
export function createClientNames(
  clients: Pick<Clients, 'find'>,
  documents: Pick<ClientDocuments, 'nameOf'>,
): (clientId: string) => Promise<string | undefined> {
  const cache = new Map<string, { name: string | undefined; until: number }>();
  return async (clientId) => {
    if (isDocumentUrl(clientId)) return documents.nameOf(clientId);
    const cached = cache.get(clientId);
    if (cached !== undefined && cached.until > Date.now()) return cached.name;
    const name = (await clients.find(clientId, ''))?.name;
    const oldest = cache.keys().next().value;
    if (cache.size >= MAX_CACHED && oldest !== undefined) cache.delete(oldest);
    // Deleted first, so that the oldest entry is the one at the front.
    cache.delete(clientId);
    cache.set(clientId, { name, until: Date.now() + MAX_AGE_MS });
    return name;
  };
}
