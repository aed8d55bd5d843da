import pg from 'pg';

/**
 * One connection to PostgreSQL, in the pool or out of it. It may break at any moment, also between two statements of a
 * transaction. Without a listener that would end the process.
 */
export class PostgresClient extends pg.Client {
  /** Why the connection can no longer be used. */
  fault: Error | undefined;

  constructor(config?: pg.ClientConfig) {
    super(config);
    this.on('error', (error) => this.abandon(error));
  }

  /**
   * Closes the connection at once, without a word to the server, which may not be listening. A query in flight fails.
   *
   * @param fault the reason. The first one counts
   */
  abandon(fault: Error): void {
    if (this.fault) return;
    this.fault = fault;
    this.emit('fault', fault);
    this.connection.stream.destroy();
  }
}

/** A connection that its user returns with `release`. */
export type PooledClient = PostgresClient & pg.PoolClient;
