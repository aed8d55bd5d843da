import {
  type CompiledQuery,
  type DatabaseConnection,
  type QueryResult,
  SqliteDriver,
  type TransactionSettings,
} from 'kysely';
import { asStoreError, isBusy } from './faults.js';
import { LockLine, repeatWhileBusy } from './lock-line.js';
import type { RowQuery } from './prepared.js';
import type { SqliteFile } from './sqlite-file.js';

/**
 * Runs the statements of a file. Unlike Kysely's own driver, it waits for locks of other processes without blocking the
 * event loop, and lets others read meanwhile.
 *
 * Every write is in a transaction, and what waits for a lock is its begin, which has changed nothing when it is refused.
 * Inside a transaction nothing is repeated, and nothing has to be: it holds the lock.
 */
export class WaitingSqliteDriver extends SqliteDriver {
  readonly #file: SqliteFile;
  readonly #line = new LockLine();
  readonly #executeOn: Execute = (connection, query) => this.#execute(connection, query);
  #transaction: Transaction | undefined;

  constructor(file: SqliteFile) {
    super({ database: file });
    this.#file = file;
  }

  override async init(): Promise<void> {}

  override async acquireConnection(): Promise<DatabaseConnection> {
    return new Connection(this.#executeOn);
  }

  override async releaseConnection(): Promise<void> {}

  override beginTransaction(
    connection: DatabaseConnection,
    { accessMode }: TransactionSettings = {},
  ): Promise<void> {
    return this.#outsideTransactions(() => {
      this.#file.begin(accessMode);
      this.#transaction = new Transaction(connection);
    });
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      // Without a write-ahead log, which some file systems do not support, readers put a commit off.
      await repeatWhileBusy(() => this.#file.commit());
    } catch (error) {
      throw asStoreError(error);
    }
    this.#end(connection);
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      this.#file.rollback();
    } finally {
      this.#end(connection);
    }
  }

  override async destroy(): Promise<void> {
    this.#file.close();
  }

  /** Not `async`, because each promise on the way makes every read slower. */
  #execute<Row>(connection: DatabaseConnection, query: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.#transaction?.connection !== connection) {
      return this.#outsideTransactions(() => this.#runAlone<Row>(query));
    }
    try {
      return Promise.resolve(this.#run<Row>(query));
    } catch (error) {
      return Promise.reject(asStoreError(error));
    }
  }

  /** Runs something while no transaction is open. All share one connection, so it would become part of that. */
  #outsideTransactions<T>(run: () => T): Promise<T> {
    if (this.#transaction) return this.#transaction.over.then(() => this.#outsideTransactions(run));
    try {
      return Promise.resolve(run());
    } catch (error) {
      const refusal = asStoreError(error);
      return isBusy(error) ? this.#waitInLine(run, refusal) : Promise.reject(refusal);
    }
  }

  async #waitInLine<T>(run: () => T, refusal: unknown): Promise<T> {
    const attempt = async () => {
      while (this.#transaction) await this.#transaction.over;
      return run();
    };
    try {
      return await this.#line.wait(attempt, refusal);
    } catch (error) {
      throw asStoreError(error);
    }
  }

  #runAlone<Row>(query: CompiledQuery): QueryResult<Row> {
    if (!this.#file.prepare(query.sql).writes || this.#file.inTransaction) return this.#run(query);
    this.#file.begin();
    try {
      const result = this.#run<Row>(query);
      this.#file.commit();
      return result;
    } catch (error) {
      this.#file.rollback();
      throw error;
    }
  }

  #run<Row>(query: CompiledQuery & Partial<RowQuery<unknown>>): QueryResult<Row> {
    const { sql, parameters, wants } = query;
    const statement = this.#file.prepare(sql);
    if (wants === 'first row') return { rows: statement.first(parameters) as Row[] };
    if (statement.reader) return { rows: statement.all(parameters) as Row[] };
    const { changes, lastInsertRowid } = statement.run(parameters);
    return { numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid), rows: [] };
  }

  #end(connection: DatabaseConnection): void {
    if (this.#transaction?.connection !== connection) return;
    this.#transaction.end();
    this.#transaction = undefined;
  }
}

/** The open transaction, and the connection it was begun on. */
class Transaction {
  end = () => {};
  readonly over = new Promise<void>((resolve) => {
    this.end = resolve;
  });

  constructor(readonly connection: DatabaseConnection) {}
}

type Execute = <Row>(connection: Connection, query: CompiledQuery) => Promise<QueryResult<Row>>;

/** What Kysely runs one statement on, or all statements of one transaction. */
class Connection implements DatabaseConnection {
  readonly #execute: Execute;

  constructor(execute: Execute) {
    this.#execute = execute;
  }

  executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    return this.#execute(this, query);
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery(query);
  }
}
