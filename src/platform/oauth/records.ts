import type { Config } from '../config/config.js';
import type { Logger } from '../logger.js';
import type { Store } from '../store/database.js';
import { inTransaction } from '../store/transaction.js';
import { createDocumentCopies } from './clients/document-copies.js';
import { createRegisteredClients } from './clients/registered-clients.js';
import { createUsedAssertions } from './clients/used-assertions.js';
import { createLimits } from './common/limits.js';
import type { Accounts } from './sign-in/accounts.js';
import { createAuthorizationRequests } from './sign-in/authorization-request.js';
import { createGrants } from './tokens/grants.js';
import { createKeyStore } from './tokens/key-store.js';

export interface RecordsOptions {
  config: Config;
  store: Store;
  logger: Pick<Logger, 'warn'>;
  accounts: Pick<Accounts, 'findUser'>;
}

export type Records = ReturnType<typeof createRecords>;

/** Makes everything the authorization server stores. Each kind of record has one home, which alone has SQL on its tables. */
export function createRecords({ config, store, logger, accounts }: RecordsOptions) {
  const grants = createGrants({
    store,
    config,
    logger,
    allowedScopes: async (username) => (await accounts.findUser(username))?.scopes ?? [],
  });
  const requests = createAuthorizationRequests(store, config.publicUrl);
  const registeredClients = createRegisteredClients(store, config, grants, requests.clientIds);
  const documentCopies = createDocumentCopies(store);
  const usedAssertions = createUsedAssertions(store);
  const limits = createLimits(store, config.rateLimitScale);
  const keyStore = createKeyStore(store, config);
  return {
    grants,
    registeredClients,
    documentCopies,
    requests,
    usedAssertions,
    limits,
    keyStore,

    /** Every home, in the order in which rows must expire: grants before clients, because clients with grants stay. */
    expiring: [requests, grants, keyStore, limits, usedAssertions, registeredClients, documentCopies],

    /**
     * Deletes a client with its grants and open requests.
     *
     * @returns how many grants ended
     */
    deleteClient: (clientId: string): Promise<number> =>
      // In the order in which a sign-in writes, so that a sign-in at the same moment is either refused or ended.
      inTransaction(store, async (transaction: Store) => {
        await requests.endAll(clientId, transaction);
        await registeredClients.delete(clientId, transaction);
        return grants.endAll({ clientId }, transaction);
      }),
  };
}
