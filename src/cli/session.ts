import type { Command } from 'commander';
import { type Config, readEnvironment } from '../platform/config.js';
import { openStore, type Store } from '../platform/store/database.js';

export interface Session {
  config: Config;
  store: Store;
  /** Whether the answer is to be JSON. */
  json: boolean;
}

/** Runs a command on the database of the settings, which a server may be using at the same time. */
export async function withStore(command: Command, run: (session: Session) => Promise<void>): Promise<void> {
  const config = readEnvironment();
  const store = await openStore(config.databaseUrl);
  try {
    await run({ config, store, json: Boolean(command.optsWithGlobals()['json']) });
  } finally {
    await store.destroy();
  }
}
