import { type Driver, PostgresDialect } from 'kysely';
import type { Logger } from '../logger.js';
import type { StoreLimits } from './limits.js';
import { PoolDriver } from './postgres-driver.js';
import { PostgresPool } from './postgres-pool.js';

/** Opens a pool of connections to PostgreSQL, or to a pooler in front of it. */
export class PoolDialect extends PostgresDialect {
  readonly #pool: PostgresPool;

  /** @param logger is warned of connections that broke; the next query opens a new one */
  constructor(url: string, limits: StoreLimits, logger?: Logger) {
    const pool = new PostgresPool(url, limits, logger);
    super({ pool });
    this.#pool = pool;
  }

  override createDriver(): Driver {
    return new PoolDriver(this.#pool);
  }
}
