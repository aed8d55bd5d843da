import type { Limits } from '../common/limits.js';
import type { Client } from './client.js';
import { type ClientDocuments, isDocumentUrl } from './client-documents.js';
import type { RegisteredClients } from './registered-clients.js';

export interface Clients {
  /**
   * Finds the client with that id, or `undefined`. An id that begins with https:// is the address of a document, which
   * is never stored.
   *
   * @param address the address of the caller, for the limit on fetching documents
   * @throws {OAuthError} when the document can't be loaded
   */
  find: (clientId: string, address: string) => Promise<Client | undefined>;
}

/** Makes the lookup of clients, whether they registered or are described by a document. */
export function createClients(
  registered: Pick<RegisteredClients, 'find'>,
  documents: Pick<ClientDocuments, 'load'>,
  limits: Pick<Limits, 'countRequest'>,
): Clients {
  return {
    async find(clientId, address) {
      if (!isDocumentUrl(clientId)) return registered.find(clientId);
      return documents.load(clientId, () => limits.countRequest('clientDocument', address));
    },
  };
}
