import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { type Config, readEnvironment } from '../../platform/config/config.js';
import type { Accounts } from '../../platform/oauth/sign-in/accounts.js';
import { connectStore, migrationState, openStore, type Store } from '../../platform/store/database.js';
import { databasePath } from '../../platform/store/libsql.js';
import server from '../../server.js';
import { CliError } from './output.js';

export interface Session {
  config: Config;
  store: Store;
  accounts: Accounts;
  /** Whether the answer is to be JSON. */
  json: boolean;
}

/**
 * What a command does about the tables: it needs those of this version, makes or updates them as a start of the server
 * does, or takes those of an earlier version as they are.
 */
type Tables = 'needed' | 'created' | 'as they are';

/**
 * Runs a command on the database of the settings, which a server may be using at the same time.
 *
 * @throws {CliError} when the command needs a database and there is none, or one of an earlier version
 */
export async function withStore(
  command: Command,
  run: (session: Session) => Promise<void>,
  tables: Tables = 'needed',
): Promise<void> {
  const { config } = readEnvironment(server.settings);
  const store =
    tables === 'created'
      ? await openStore(config.databaseUrl, { migrations: server.migrations })
      : await openExisting(config.databaseUrl, tables);
  try {
    await run({
      config,
      store,
      accounts: server.accounts(store),
      json: Boolean(command.optsWithGlobals()['json']),
    });
  } finally {
    await store.destroy();
  }
}

/** A wrong path must not become an empty database, whose list of users is empty and whose backup succeeds. */
async function openExisting(url: string, tables: Tables): Promise<Store> {
  const path = databasePath(url);
  const none = new CliError(
    `There is no database at ${path ?? 'DATABASE_URL'}. Start the server once, or run: db migrate`,
  );
  if (path !== undefined && !existsSync(path)) throw none;
  const store = connectStore(url);
  try {
    const { done, pending } = await migrationState(store, server.migrations);
    if (done === 0) throw none;
    if (pending > 0 && tables === 'needed') {
      throw new CliError('The database is of an earlier version. Start the server once, or run: db migrate');
    }
    return store;
  } catch (error) {
    await store.destroy();
    throw error;
  }
}
