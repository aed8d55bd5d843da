import { setNewest } from '../../bounded-map.js';
import type { MaybePromise } from '../../caller.js';
import { type ClientDocuments, isDocumentUrl } from './client-documents.js';
import { displayName } from './display-name.js';
import type { RegisteredClients } from './registered-clients.js';

/** How long a name is cached. */
const MAX_AGE_MS = 300_000;
const MAX_CACHED = 1000;

/**
 * Returns the name of a client, for the log; `undefined` when the client is not registered, has no name, or can't be
 * looked up. A request never fails because of a log line, and documents are not fetched for one.
 */
export type ClientNames = (clientId: string) => MaybePromise<string | undefined>;

/** Makes a lookup that caches each name for a few minutes. */
export function createClientNames(
  clients: Pick<RegisteredClients, 'find'>,
  documents: Pick<ClientDocuments, 'nameOf'>,
): ClientNames {
  const cache = new Map<string, { name: string | undefined; until: number }>();

  async function lookUp(clientId: string): Promise<string | undefined> {
    if (isDocumentUrl(clientId)) return documents.nameOf(clientId);
    const found = (await clients.find(clientId))?.name;
    const name = found === displayName('') ? undefined : found;
    setNewest(cache, clientId, { name, until: Date.now() + MAX_AGE_MS }, MAX_CACHED);
    return name;
  }
  return (clientId) => {
    const cached = cache.get(clientId);
    if (cached !== undefined && cached.until > Date.now()) return cached.name;
    return lookUp(clientId).catch(() => undefined);
  };
}
