import { setTimeout as elapsed } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '../logger.js';
import { asStoreError, isSilent, unavailable } from './faults.js';
import type { StoreLimits } from './limits.js';
import { type PooledClient, PostgresClient } from './postgres-client.js';
import { PostgresMonitor } from './postgres-monitor.js';

// The driver returns 64-bit integers as text. All of ours are counts, minor units or seconds, which fit a number.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** How long an answer of the server may be on its way once a statement has taken as long as it may, in milliseconds. */
const MARGIN_MS = 1000;

/** How long queries may go on once the pool is closed, in milliseconds. Then they are cancelled. */
const LAST_ANSWERS_MS = 500;

/** How long cancelling them may take, in milliseconds. */
const CANCEL_MS = 1500;

const PARAMETERS = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'] as const;

/** The connections to PostgreSQL. Every way to open, use or lose one ends in a connection or an `UnavailableError`. */
export class PostgresPool {
  readonly limits: StoreLimits;
  /** How long to wait for the answer to a statement, in milliseconds. */
  readonly timeLimit: number;
  readonly monitor: PostgresMonitor;
  readonly #pool: pg.Pool;
  readonly #clients = new Set<PostgresClient>();
  /** Refuse those who wait for a connection. */
  readonly #waiting = new Set<(reason: Error) => void>();
  readonly #logger: Logger | undefined;
  #lost = 0;

  /** @param logger is told when connections begin to break, and when there are new ones again */
  constructor(url: string, limits: StoreLimits, logger?: Logger) {
    this.limits = limits;
    this.timeLimit = limits.databaseStatementTimeoutMs + MARGIN_MS;
    const config = { connectionString: url, keepAlive: true };
    this.#pool = new pg.Pool({
      ...config,
      Client: PostgresClient,
      ...{ clients: this.#clients },
      max: limits.databasePoolSize,
      connectionTimeoutMillis: limits.databaseConnectTimeoutMs,
      statement_timeout: limits.databaseStatementTimeoutMs,
      lock_timeout: limits.databaseLockTimeoutMs,
      idle_in_transaction_session_timeout: limits.databaseIdleTransactionTimeoutMs,
    });
    this.#logger = logger;
    this.#pool.on('connect', (client) => this.#watch(client as unknown as PostgresClient));
    // The connection itself reports its fault, whether somebody is using it or not.
    this.#pool.on('error', () => {});
    this.monitor = new PostgresMonitor(config, this.#clients);
  }

  /** @throws {UnavailableError} when there is no connection in time */
  async connect(): Promise<PooledClient> {
    const { silence } = this.monitor;
    if (silence) throw unavailable('silent', silence.cause);
    try {
      return await this.#tryToConnect();
    } catch (error) {
      const refusal = asStoreError(error, 'silent');
      if (isSilent(refusal)) this.monitor.doubt();
      throw refusal;
    }
  }

  /** Ends the queries in flight, and what waits for the database. */
  cancelQueries(): void {
    const fault = new Error('the query was cancelled, because the server stops');
    for (const refuse of this.#waiting) refuse(fault);
    this.#waiting.clear();
    for (const client of this.#clients) if (client.waitingSince !== undefined) client.cancelAndClose(fault);
  }

  /** Closes the connections. Queries in flight have half a second left. */
  async end(): Promise<void> {
    this.monitor.close();
    const ended = this.#pool.end();
    // A timer that is left behind must not keep a command from ending.
    const within = (ms: number) => Promise.race([ended, elapsed(ms, undefined, { ref: false })]);
    await within(LAST_ANSWERS_MS);
    this.cancelQueries();
    await within(CANCEL_MS);
    for (const client of this.#clients) client.abandon(new Error('the store was closed'));
  }

  async #tryToConnect(): Promise<PooledClient> {
    try {
      return await this.#take();
    } catch (error) {
      if (!refusesParameters(error)) throw error;
      this.#dropParameters();
      return await this.#take();
    }
  }

  #take(): Promise<PooledClient> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      this.#pool.connect((error, client) => {
        const isAwaited = this.#waiting.delete(reject);
        if (client === undefined) return reject(error);
        const { fault } = client as PooledClient;
        if (isAwaited && !fault) return resolve(client as PooledClient);
        client.release(fault);
        // The pool has not noticed yet that it broke.
        if (isAwaited) resolve(this.#take());
      });
    });
  }

  /** Leaves the limits of single statements to this side. Those of transactions are set at their begin in any case. */
  #dropParameters(): void {
    const { options } = this.#pool;
    if (options.statement_timeout === undefined) return;
    for (const name of PARAMETERS) options[name] = undefined;
    this.#logger?.info('the database is behind a pooler: its time limits are set for each transaction');
  }

  #watch(client: PostgresClient): void {
    if (this.#lost > 0) this.#logger?.info({ lost: this.#lost }, 'connected to the database again');
    this.#lost = 0;
    client.once('fault', (error: Error) => {
      if (this.#pool.ending) return;
      if (this.#lost === 0) this.#logger?.warn({ err: error }, 'a database connection broke');
      this.#lost += 1;
    });
  }
}

/** PgBouncer knows few parameters, and closes a connection that begins with others. */
function refusesParameters(error: unknown): boolean {
  return /unsupported startup parameter/.test(String((error as Error).message));
}
