import type { Command } from 'commander';
import { type Config, readEnvironment } from '../../platform/config/config.js';
import type { VariableTable } from '../../platform/config/variable.js';
import type { Closeable, ServerDefinition } from '../../platform/define-server.js';
import { createLogger } from '../../platform/logger.js';
import { createRecords, type Records } from '../../platform/oauth/records.js';
import type { Accounts } from '../../platform/oauth/sign-in/accounts.js';
import { connectStore, migrationState, openStore, type Store } from '../../platform/store/database.js';
import { missingFile } from '../../platform/store/location.js';
import { CliError } from './output.js';

/** What the commands need to know about a server. */
export type AdministeredServer = Pick<
  ServerDefinition<VariableTable, Closeable>,
  'settings' | 'scopes' | 'accounts' | 'migrations' | 'commands'
>;

export interface Session {
  server: AdministeredServer;
  config: Config;
  store: Store;
  records: Records;
  accounts: Accounts;
  /** Whether to answer in JSON. */
  json: boolean;
}

/**
 * How a command treats the tables: `needed` requires those of this version, `created` creates or updates them as a
 * server start does, and `as they are` also accepts those of an earlier version.
 */
export type Tables = 'needed' | 'created' | 'as they are';

/**
 * Runs a command on the configured database, which a server may be using at the same time.
 *
 * @throws {CliError} when the database does not exist or is from an earlier version, and the command does not allow it
 */
export type WithStore = (
  command: Command,
  run: (session: Session) => Promise<void>,
  tables?: Tables,
) => Promise<void>;

export function createWithStore(server: AdministeredServer): WithStore {
  return async (command, run, tables = 'needed') => {
    const { config } = readEnvironment(server.settings);
    const { databaseUrl } = config;
    const { migrations } = server;
    const store =
      tables === 'created'
        ? await openStore(databaseUrl, { migrations, limits: config })
        : await openExisting(config, server, tables);
    const accounts = server.accounts(store);
    // Standard output is reserved for the answer.
    const logger = createLogger(config, process.stderr);
    const records = createRecords({ config, store, logger, accounts });
    try {
      const json = Boolean(command.optsWithGlobals()['json']);
      await run({ server, config, store, records, accounts, json });
    } finally {
      await store.destroy();
    }
  };
}

/** Opens a database that must exist. Creating one at a wrong path would list no users and back up nothing. */
async function openExisting(
  config: Config,
  { migrations }: AdministeredServer,
  tables: Tables,
): Promise<Store> {
  const none = (place: string) =>
    new CliError(`There is no database at ${place}. Start the server once, or run: db migrate`);
  const missing = missingFile(config.databaseUrl);
  if (missing !== undefined) throw none(missing);
  const store = await connectStore(config.databaseUrl, { limits: config });
  try {
    const { done, pending } = await migrationState(store, migrations);
    if (done === 0) throw none('DATABASE_URL');
    if (pending > 0 && tables === 'needed') {
      throw new CliError(
        'The database is from an earlier version. Start the server once, or run: db migrate',
      );
    }
    return store;
  } catch (error) {
    await store.destroy();
    throw error;
  }
}
