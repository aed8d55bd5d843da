import { type Driver, type PostgresDialectConfig, PostgresDriver, type TransactionSettings } from 'kysely';
import { PostgresConnection } from './postgres-connection.js';
import type { PostgresPool } from './postgres-pool.js';

/** Kysely's own driver knows only its own connections. Of it remain commits and savepoints. */
const KyselyDriver = PostgresDriver as new (config: PostgresDialectConfig) => Driver;

/** Runs statements on a pool of connections, of which any may break at any moment. */
export class PoolDriver extends KyselyDriver {
  readonly #pool: PostgresPool;
  readonly #setLimits: string;

  constructor(pool: PostgresPool) {
    super({ pool });
    this.#pool = pool;
    const { databaseStatementTimeoutMs, databaseLockTimeoutMs, databaseIdleTransactionTimeoutMs } =
      pool.limits;
    // They end with the transaction. A pooler gives the connection to others then.
    this.#setLimits = [
      `set local statement_timeout = ${databaseStatementTimeoutMs}`,
      `set local lock_timeout = ${databaseLockTimeoutMs}`,
      `set local idle_in_transaction_session_timeout = ${databaseIdleTransactionTimeoutMs}`,
    ].join('; ');
  }

  override async init(): Promise<void> {}

  override async acquireConnection(): Promise<PostgresConnection> {
    return new PostgresConnection(await this.#pool.connect(), this.#pool.timeLimit);
  }

  override async beginTransaction(
    connection: PostgresConnection,
    { isolationLevel = 'read committed', accessMode }: TransactionSettings,
  ): Promise<void> {
    // Named, because a database may have another default, which would see rows as they were before a lock was waited for.
    const modes = [`isolation level ${isolationLevel}`, accessMode].filter(Boolean);
    connection.inTransaction = true;
    try {
      await connection.run(`start transaction ${modes.join(', ')}; ${this.#setLimits}`);
      await connection.onBegin?.();
    } catch (error) {
      // Part of it may have been done, and Kysely does not roll back what did not begin.
      await this.rollbackTransaction(connection);
      throw error;
    }
  }

  override async rollbackTransaction(connection: PostgresConnection): Promise<void> {
    // The server rolls back what was open on a lost connection.
    if (connection.fault) return;
    // The caller is told of the first error, not of this one.
    await connection.run('rollback').catch((error: Error) => connection.abandon(error));
  }

  override async releaseConnection(connection: PostgresConnection): Promise<void> {
    connection.release();
  }

  override async destroy(): Promise<void> {
    await this.#pool.end();
  }
}
