import pg from 'pg';
import type { Logger } from '../logger.js';
import { asStoreError } from './faults.js';
import type { StoreLimits } from './limits.js';
import { type PooledClient, PostgresClient } from './postgres-client.js';

// The driver returns 64-bit integers as text. All of ours are counts, minor units or seconds, which fit a number.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** How long an answer of the server may be on its way once a statement has taken as long as it may, in milliseconds. */
const MARGIN_MS = 1000;

/** The connections to PostgreSQL. Every way to open, use or lose one ends in a connection or an `UnavailableError`. */
export class PostgresPool {
  /** How long to wait for the answer to a statement, in milliseconds. */
  readonly timeLimit: number;
  /** A statement that begins a transaction and sets the limits for it. They end with it, so that a pooler may be used. */
  readonly setLimits: string;
  readonly #pool: pg.Pool;
  readonly #logger: Logger | undefined;
  #lost = 0;

  /** @param logger is told when connections begin to break, and when there are new ones again */
  constructor(url: string, limits: StoreLimits, logger?: Logger) {
    const parameters = {
      statement_timeout: limits.databaseStatementTimeoutMs,
      lock_timeout: limits.databaseLockTimeoutMs,
      idle_in_transaction_session_timeout: limits.databaseIdleTransactionTimeoutMs,
    };
    this.timeLimit = limits.databaseStatementTimeoutMs + MARGIN_MS;
    this.setLimits = Object.entries(parameters)
      .map(([name, milliseconds]) => `set local ${name} = ${milliseconds}`)
      .join('; ');
    this.#pool = new pg.Pool({
      Client: PostgresClient,
      connectionString: url,
      max: limits.databasePoolSize,
      connectionTimeoutMillis: limits.databaseConnectTimeoutMs,
      keepAlive: true,
      ...parameters,
    });
    this.#logger = logger;
    this.#pool.on('connect', (client) => this.#watch(client as unknown as PostgresClient));
    // The connection itself reports its fault, whether somebody is using it or not.
    this.#pool.on('error', () => {});
  }

  /** @throws {UnavailableError} when there is no connection in time */
  async connect(): Promise<PooledClient> {
    try {
      return await this.#tryToConnect();
    } catch (error) {
      throw asStoreError(error, 'silent');
    }
  }

  async end(): Promise<void> {
    await this.#pool.end();
  }

  async #tryToConnect(): Promise<PooledClient> {
    try {
      return (await this.#pool.connect()) as PooledClient;
    } catch (error) {
      if (!refusesParameters(error)) throw error;
      this.#dropParameters();
      return (await this.#pool.connect()) as PooledClient;
    }
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
      if (this.#lost === 0) this.#logger?.warn({ err: error }, 'a database connection broke');
      this.#lost += 1;
    });
  }
}

const PARAMETERS = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'] as const;

/** PgBouncer knows few parameters, and closes a connection that begins with others. */
function refusesParameters(error: unknown): boolean {
  return /unsupported startup parameter/.test(String((error as Error).message));
}
