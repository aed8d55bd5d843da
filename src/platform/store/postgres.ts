import { type DatabaseConnection, type Driver, PostgresDialect, PostgresDriver } from 'kysely';
import pg from 'pg';
import type { Logger } from '../logger.js';
import { asStoreError } from './faults.js';

// The driver returns 64-bit integers as text. All of ours are counts, minor units or seconds, which fit a number.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** How long a query waits for a free connection, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5000;

/** Opens a pool of connections to PostgreSQL. */
export class PoolDialect extends PostgresDialect {
  readonly #pool: pg.Pool;

  /** @param logger is warned of connections that broke; the next query opens a new one */
  constructor(url: string, logger?: Logger) {
    const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
    // Without a listener, an idle connection that breaks would end the process.
    pool.on('error', (error) => logger?.warn({ err: error }, 'a database connection broke'));
    super({ pool });
    this.#pool = pool;
  }

  override createDriver(): Driver {
    return new PoolDriver({ pool: this.#pool, onCreateConnection: translateErrors });
  }
}

/** Throws errors that say what keeps the database from working, as that of the file does. */
class PoolDriver extends PostgresDriver {
  override async acquireConnection(): Promise<DatabaseConnection> {
    try {
      return await super.acquireConnection();
    } catch (error) {
      throw asStoreError(error);
    }
  }
}

async function translateErrors(connection: DatabaseConnection): Promise<void> {
  const execute = connection.executeQuery.bind(connection);
  connection.executeQuery = (query) =>
    execute<never>(query).catch((error: unknown) => {
      throw asStoreError(error);
    });
}
