import { CompiledQuery, type DatabaseConnection, type QueryResult, SqliteDriver } from 'kysely';
import { asStoreError, isBusy } from './faults.js';
import { LockLine, repeatWhileBusy } from './lock-line.js';
import type { SqliteFile } from './sqlite-file.js';

/** Statements that write nothing. All others count as writes. */
const READ = /^\s*(select|rollback)\b/i;

/**
 * Runs the statements of a file. Unlike Kysely's own driver, it waits for locks of other processes without blocking the
 * event loop, and lets others read meanwhile.
 *
 * A single statement and the begin of a transaction have changed nothing when they are refused, so they are repeated.
 * Inside a transaction nothing is repeated, and nothing has to be: it holds the lock from its begin.
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

  /** Begins immediate transactions. A deferred one can be refused at its first write, in the middle. */
  override beginTransaction(connection: DatabaseConnection): Promise<void> {
    return this.#outsideTransactions(() => {
      this.#run(BEGIN);
      this.#transaction = new Transaction(connection);
    });
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      // Without a write-ahead log, which some file systems do not support, readers put a commit off.
      await repeatWhileBusy(() => this.#run(COMMIT));
    } catch (error) {
      throw asStoreError(error);
    }
    this.#end(connection);
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      // After some errors, such as a full disk, SQLite has rolled back by itself.
      if (this.#file.inTransaction) this.#run(ROLLBACK);
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
      return this.#outsideTransactions(() => this.#run<Row>(query));
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

  #run<Row>({ sql, parameters }: CompiledQuery): QueryResult<Row> {
    if (!READ.test(sql)) this.#file.assertInPlace();
    const statement = this.#file.prepare(sql);
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

const BEGIN = CompiledQuery.raw('begin immediate');
const COMMIT = CompiledQuery.raw('commit');
const ROLLBACK = CompiledQuery.raw('rollback');

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
