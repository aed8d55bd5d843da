import type { Kysely } from 'kysely';
import type { ChangeFeed, FeedOptions } from './change-feed.js';

/** What the engines do in different ways. Nobody outside this folder knows which one is behind a store. */
export interface Engine {
  /** Whether the database is a file. There, a transaction that writes has the only write lock from its begin. */
  readonly isFile: boolean;
  /**
   * Checks that the database can be read and, if asked to, written. Changes nothing.
   *
   * @throws {UnavailableError} when it cannot
   */
  ping(store: Kysely<unknown>, mode: 'read' | 'write'): Promise<void>;
  /** Ends the queries in flight and refuses further ones. Their callers get an `UnavailableError`. */
  cancelQueries(): void;
  /** Tells everyone who follows the changes of this database, once the transaction is committed. */
  notify(store: Kysely<unknown>, uri: string): Promise<void>;
  /** Follows the changes of this database. The feed is paused at first. */
  follow(store: Kysely<unknown>, options: FeedOptions): ChangeFeed;
}

/** The adapter of each dialect, through which Kysely leads from a store or a transaction to its engine. */
export interface EngineAdapter {
  readonly engine: Engine;
}

/** Returns the engine behind a store or a transaction. */
export function engineOf(store: Pick<Kysely<unknown>, 'getExecutor'>): Engine {
  return (store.getExecutor().adapter as unknown as EngineAdapter).engine;
}
