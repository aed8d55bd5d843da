import pg from 'pg';
import { asStoreError, isSilent, unavailable } from './faults.js';
import { PostgresClient } from './postgres-client.js';

/** How long an answer may take on the connection of the last question, in milliseconds. */
const KEPT_MS = 400;

/** The same for a new connection. The sum is less than the two seconds in which `/readyz` answers. */
const FRESH_MS = 1000;

/** How often to look whether something hangs, and to ask a database that does not answer, in milliseconds. */
const LOOK_EVERY_MS = 250;

/** How long somebody has to wait for the database before it is asked, in milliseconds. */
const SLOW_MS = 1000;

/** How long after the return of the database answers may still arrive on connections from before, in milliseconds. */
const LATECOMERS_MS = 500;

const QUESTION = `select current_setting('transaction_read_only') as "readOnly"`;

/**
 * Finds out whether the database answers at all, on a connection beside the pool. So it does not wait behind the pool's,
 * which may all hang: a network that drops packets closes nothing.
 *
 * A database that does not answer is asked until it does. Then the connections from before are closed, because those that
 * still hang would keep the pool full for as long as a statement may take.
 */
export class PostgresMonitor {
  /** Why calls need not wait for the database. */
  silence: Error | undefined;
  readonly #config: pg.ClientConfig;
  readonly #clients: Set<PostgresClient>;
  readonly #timer: NodeJS.Timeout;
  /** The connection of the last question, which is kept for the next. */
  #client: PostgresClient | undefined;
  #asking: Promise<void> | undefined;
  #isClosed = false;

  /** @param clients the connections of the pool */
  constructor(config: pg.ClientConfig, clients: Set<PostgresClient>) {
    this.#config = config;
    this.#clients = clients;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  /** @throws {UnavailableError} when the database does not answer within 1.5 seconds, or is read-only */
  ping(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** Has the next question opened a connection, because the database refuses new ones. An old one would still answer. */
  doubt(): void {
    if (!this.#asking) this.#client?.abandon(new Error('the database refuses connections'));
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#client?.abandon(new Error('the store was closed'));
  }

  #look(): void {
    const slow = performance.now() - SLOW_MS;
    const hangs = [...this.#clients].some(
      ({ waitingSince = Number.POSITIVE_INFINITY }) => waitingSince < slow,
    );
    if (hangs || this.silence) this.ping().catch(() => {});
  }

  async #ask(): Promise<void> {
    const askedAt = performance.now();
    try {
      await this.#answer();
    } catch (error) {
      const fault = asStoreError(error, 'silent') as Error;
      // A server with too much to do may be late with this one question.
      const answersOthers = [...this.#clients].some(({ answeredAt }) => answeredAt > askedAt);
      if (!isSilent(fault)) this.#hasReturned();
      // Nobody has to wait for a server that refuses, and it may go on with the connections it has.
      else if (!answersOthers && !(fault.cause instanceof pg.DatabaseError)) this.silence = fault;
      throw fault;
    }
    this.#hasReturned();
  }

  async #answer(): Promise<void> {
    const kept = this.#client;
    if (kept && !kept.fault) {
      try {
        return await this.#askOn(kept, KEPT_MS);
      } catch {
        // It may be this connection alone, or one to the server that was the primary before.
      }
    }
    if (this.#isClosed) throw new Error('the store was closed');
    this.#client = new PostgresClient(this.#config);
    await this.#askOn(this.#client, FRESH_MS);
  }

  async #askOn(client: PostgresClient, timeLimit: number): Promise<void> {
    const late = new Error(`no answer within ${timeLimit} ms`);
    // A busy process first reads what has arrived.
    const timer = setTimeout(() => setImmediate(() => client.abandon(late)), timeLimit).unref();
    try {
      if (client.isNew) await client.connect();
      const { rows } = await client.ask(QUESTION, [], 0);
      if (rows[0]?.readOnly === 'on') throw unavailable('readOnly', new Error('transaction_read_only is on'));
    } catch (error) {
      client.abandon(error as Error);
      throw client.fault ?? error;
    } finally {
      clearTimeout(timer);
    }
  }

  #hasReturned(): void {
    if (!this.silence) return;
    this.silence = undefined;
    const returnedAt = performance.now();
    const fault = new Error('the connection is from before the database was lost');
    for (const client of this.#clients) if (client.waitingSince === undefined) client.abandon(fault);
    setTimeout(() => {
      for (const client of this.#clients) {
        // PostgreSQL may still be at what they asked.
        if (client.waitingSince !== undefined && client.waitingSince < returnedAt)
          client.cancelAndClose(fault);
      }
    }, LATECOMERS_MS).unref();
  }
}
