import { type DatabaseConnection, type Driver, type Kysely, PostgresAdapter, PostgresDialect } from 'kysely';
import type { Logger } from '../logger.js';
import type { Engine, EngineAdapter } from './engine.js';
import type { StoreLimits } from './limits.js';
import { MigrationLock } from './migration-lock.js';
import { followPostgres, notifyOnPostgres } from './postgres-changes.js';
import type { PostgresConnection } from './postgres-connection.js';
import { PoolDriver } from './postgres-driver.js';
import { PostgresPool } from './postgres-pool.js';

/** Opens a pool of connections to PostgreSQL, or to a pooler in front of it. */
export class PoolDialect extends PostgresDialect {
  readonly #pool: PostgresPool;
  readonly #lock: MigrationLock;

  /** @param logger is warned of connections that broke; the next query opens a new one */
  constructor(url: string, limits: StoreLimits, logger?: Logger) {
    const pool = new PostgresPool(url, limits, logger);
    super({ pool });
    this.#pool = pool;
    this.#lock = new MigrationLock(pool, logger);
  }

  override createDriver(): Driver {
    return new PoolDriver(this.#pool);
  }

  override createAdapter(): PostgresAdapter {
    return new PoolAdapter(this.#pool, this.#lock);
  }
}

class PoolAdapter extends PostgresAdapter implements EngineAdapter {
  readonly engine: Engine;
  readonly #lock: MigrationLock;

  constructor(pool: PostgresPool, lock: MigrationLock) {
    super();
    this.#lock = lock;
    this.engine = {
      isFile: false,
      ping: () => pool.monitor.ping(),
      cancelQueries: () => pool.cancelQueries(),
      notify: notifyOnPostgres,
      follow: followPostgres,
    };
  }

  /** Has the lock taken in the transaction that follows. Kysely's own belongs to a session, which a pooler shares. */
  override async acquireMigrationLock(db: Kysely<unknown>): Promise<void> {
    const connection = await connectionOf(db);
    connection.onBegin = () => this.#lock.take(connection);
  }

  override async releaseMigrationLock(): Promise<void> {}
}

/** Returns what a store with one connection runs its statements on. */
function connectionOf(db: Kysely<unknown>): Promise<PostgresConnection> {
  const identity = async (connection: DatabaseConnection) => connection as PostgresConnection;
  return db.getExecutor().provideConnection(identity);
}
