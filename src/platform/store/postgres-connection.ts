import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import type { QueryResult as PostgresResult } from 'pg';
import { asStoreError, isConflict, isReadOnly } from './faults.js';
import type { PooledClient } from './postgres-client.js';

/** A connection while one caller has it, for one statement or one transaction. */
export class PostgresConnection implements DatabaseConnection {
  /** How long the answer to a statement may take before the connection is given up, in milliseconds. 0 is for ever. */
  timeLimit: number;
  inTransaction = false;
  /** Runs at the begin of a transaction, as its first step. */
  onBegin: (() => Promise<void>) | undefined;
  readonly #client: PooledClient;
  #isOutdated = false;

  constructor(client: PooledClient, timeLimit: number) {
    this.#client = client;
    this.timeLimit = timeLimit;
  }

  /** Why the connection can no longer be used. */
  get fault(): Error | undefined {
    return this.#client.fault;
  }

  /** Makes sure that nobody gets this connection again. */
  abandon(fault: Error): void {
    this.#client.abandon(fault);
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    let result: PostgresResult;
    try {
      result = await this.run(sql, parameters);
    } catch (error) {
      // Outside a transaction, a statement is one of its own.
      if (this.inTransaction || !isConflict(error)) throw error;
      result = await this.run(sql, parameters);
    }
    const { command, rowCount, rows } = result;
    // What Kysely's driver expects, to find out that a commit was a rollback.
    if (command === 'COMMIT' || command === 'ROLLBACK') return { rows: [{ command }] as Row[] };
    const counted = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'].includes(command);
    return counted ? { numAffectedRows: BigInt(rowCount ?? 0), rows } : { rows };
  }

  /** Runs one statement, or several without parameters. @throws {UnavailableError} when the database cannot */
  async run(text: string, values: readonly unknown[] = []): Promise<PostgresResult> {
    try {
      return await this.#client.ask(text, values, this.timeLimit);
    } catch (error) {
      // After a failover, this may be a connection to the server that was the primary before.
      if (isReadOnly(error)) this.#isOutdated = true;
      throw asStoreError(error, this.fault && 'silent');
    }
  }

  /** Returns the connection to the pool, unless it broke. */
  release(): void {
    const client = this.#client;
    if (client.fault) void client.closable().then(() => client.release(client.fault));
    else client.release(this.#isOutdated);
  }

  streamQuery(): never {
    throw new Error('Rows cannot be streamed: read them with execute()');
  }
}
