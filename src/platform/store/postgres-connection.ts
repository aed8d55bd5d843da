import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import type { QueryResult as PostgresResult, QueryConfig } from 'pg';
import { asStoreError, endsConnection } from './faults.js';
import type { PooledClient } from './postgres-client.js';

/** What pg throws when a query took longer than its `query_timeout`, which leaves the connection in the middle of it. */
const LATE = 'Query read timeout';

/** `query_timeout` is missing in the types of pg. */
type TimedQuery = QueryConfig & { query_timeout: number };

/** A connection while one caller has it, for one statement or one transaction. */
export class PostgresConnection implements DatabaseConnection {
  readonly #client: PooledClient;
  readonly #timeLimit: number;

  /** @param timeLimit how long to wait for an answer before the connection is given up, in milliseconds */
  constructor(client: PooledClient, timeLimit: number) {
    this.#client = client;
    this.#timeLimit = timeLimit;
  }

  /** Why the connection can no longer be used. */
  get fault(): Error | undefined {
    return this.#client.fault;
  }

  /** Makes sure that nobody gets this connection again. */
  abandon(fault: Error): void {
    this.#client.abandon(fault);
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { command, rowCount, rows } = await this.run(query.sql, query.parameters);
    // What Kysely's driver expects, to find out that a commit was a rollback.
    if (command === 'COMMIT' || command === 'ROLLBACK') return { rows: [{ command }] as Row[] };
    const counted = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'].includes(command);
    return counted ? { numAffectedRows: BigInt(rowCount ?? 0), rows } : { rows };
  }

  /** Runs one statement, or several without parameters. @throws {UnavailableError} when the database cannot */
  async run(text: string, values: readonly unknown[] = []): Promise<PostgresResult> {
    const query: TimedQuery = { text, values: [...values], query_timeout: this.#timeLimit };
    try {
      return await this.#client.query(query);
    } catch (error) {
      if ((error as Error).message === LATE || endsConnection(error)) this.abandon(error as Error);
      // What breaks the connection is the reason, and not what pg makes of it for the query.
      if (this.fault) throw asStoreError(this.fault, 'silent');
      throw asStoreError(error);
    }
  }

  /** Returns the connection to the pool, unless it broke. */
  release(): void {
    this.#client.release(this.fault);
  }

  streamQuery(): never {
    throw new Error('Rows cannot be streamed: read them with execute()');
  }
}
