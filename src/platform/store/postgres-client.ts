import pg from 'pg';
import { cancelQuery } from './postgres-cancel.js';

/** What pg throws when a query took longer than its `query_timeout`. The connection is then in the middle of it. */
const LATE = 'Query read timeout';

interface ClientOptions extends pg.ClientConfig {
  /** Contains the connection while it is open or being opened. */
  clients?: Set<PostgresClient>;
}

/** A connection that its user returns with `release`. */
export type PooledClient = PostgresClient & pg.PoolClient;

/**
 * One connection to PostgreSQL, in the pool or out of it. It may break at any moment, also between two statements of a
 * transaction. Without a listener that would end the process.
 *
 * Times are those of `performance.now()`.
 */
export class PostgresClient extends pg.Client {
  /** Why the connection can no longer be used. */
  fault: Error | undefined;
  /** Since when the server owes an answer, if it does. */
  waitingSince: number | undefined = performance.now();
  /** When the server last answered. */
  answeredAt = Number.NEGATIVE_INFINITY;
  #closing: Promise<void> | undefined;

  constructor(options: ClientOptions = {}) {
    super(options);
    const { clients } = options;
    clients?.add(this);
    this.on('end', () => clients?.delete(this));
    this.on('error', (error) => this.abandon(error));
    this.on('connect', () => this.#answered());
  }

  /**
   * Runs one statement, or several without parameters.
   *
   * @param timeLimit how long to wait for the answer, in milliseconds; 0 for as long as it takes. Then the statement is
   *   cancelled and the connection given up
   * @throws the error of the server, or why the connection broke
   */
  async ask(text: string, values: readonly unknown[], timeLimit: number): Promise<pg.QueryResult> {
    // It stays open for as long as a query is being cancelled, and another one would outlive that.
    if (this.fault) throw this.fault;
    this.waitingSince = performance.now();
    try {
      const result = await this.#send(text, values, timeLimit);
      this.#answered();
      return result;
    } catch (error) {
      this.waitingSince = undefined;
      // Where it was asked is of more use than where in the answer pg found it.
      if (error instanceof Error) Error.captureStackTrace(error);
      if (error instanceof pg.DatabaseError) this.#refused(error);
      else if ((error as Error).message === LATE) {
        this.cancelAndClose(new Error(`no answer to a statement within ${timeLimit} ms`));
      }
      // What broke the connection is the reason, and not what pg makes of it for the query.
      throw this.fault ?? error;
    }
  }

  /**
   * Closes the connection at once, without a word to the server, which may not be listening. A query in flight fails.
   *
   * @param fault the reason. The first one counts
   */
  abandon(fault: Error): void {
    this.#fail(fault);
    if (!this.#closing) this.connection.stream.destroy();
  }

  /** Closes the connection once the server has been told to cancel the query in flight, which may take a second. */
  cancelAndClose(fault: Error): void {
    this.#fail(fault);
    this.#closing ??= cancelQuery(this).finally(() => void this.connection.stream.destroy());
  }

  /** Whether the server has never answered. */
  get isNew(): boolean {
    return this.answeredAt === Number.NEGATIVE_INFINITY;
  }

  /** Resolves once the connection may be closed without leaving a query behind. */
  async closable(): Promise<void> {
    await this.#closing;
  }

  /** Not as an object of options, which pg would copy with all its descriptors. */
  #send(text: string, values: readonly unknown[], query_timeout: number): Promise<pg.QueryResult> {
    return new Promise((resolve, reject) => {
      const callback = (error: Error | null, result: pg.QueryResult) =>
        error ? reject(error) : resolve(result);
      this.query(Object.assign(new pg.Query(text, values as unknown[]), { query_timeout, callback }));
    });
  }

  #answered(): void {
    this.answeredAt = performance.now();
    this.waitingSince = undefined;
  }

  #refused(error: pg.DatabaseError): void {
    this.answeredAt = performance.now();
    if (error.severity === 'FATAL' || error.severity === 'PANIC') this.abandon(error);
  }

  #fail(fault: Error): void {
    if (this.fault) return;
    this.fault = fault;
    this.emit('fault', fault);
  }
}
