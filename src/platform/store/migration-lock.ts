import { setTimeout as elapsed } from 'node:timers/promises';
import type { Logger } from '../logger.js';
import { isLockTimeout } from './faults.js';
import type { PostgresConnection } from './postgres-connection.js';
import type { PostgresPool } from './postgres-pool.js';

/** The key of the lock that Kysely's migrator takes. Versions that left it to Kysely wait for ours, and ours for theirs. */
const KEY = '3853314791062309107';

/** How long to wait for the migrations of another process, in milliseconds. */
const WAIT_MS = 60_000;

/** How long to wait before the log says so, in milliseconds. */
const REPORT_AFTER_MS = 1000;

/** How long it may take to find out who holds the lock, in milliseconds. */
const HOLDER_MS = 1000;

/** How long a migration may stand still between two statements, in milliseconds, so that one that hangs ends. */
const IDLE_MS = 60_000;

const REMEDY =
  'If it hangs, end it: its process is in pg_stat_activity, and pg_terminate_backend ends that and rolls it back';

/** The process that holds the lock, as `pg_stat_activity` has it. */
interface Holder {
  pid: number;
  application: string;
  address: string | null;
  seconds: number;
}

const FIND_HOLDER = `
  select a.pid, a.application_name as application, host(a.client_addr) as address,
    extract(epoch from clock_timestamp() - a.xact_start)::integer as seconds
  from pg_locks l join pg_stat_activity a on a.pid = l.pid
  where l.locktype = 'advisory' and l.granted and ((l.classid::bigint << 32) | l.objid::bigint) = $1`;

/** Lets one process at a time migrate a PostgreSQL database. */
export class MigrationLock {
  readonly #pool: PostgresPool;
  readonly #logger: Logger | undefined;
  readonly #waitMs: number;

  /** @param logger is told when another process holds the lock for long */
  constructor(pool: PostgresPool, logger?: Logger, waitMs = WAIT_MS) {
    this.#pool = pool;
    this.#logger = logger;
    this.#waitMs = waitMs;
  }

  /**
   * Takes the lock, which ends with the transaction, since a pooler gives the connection to others then. A migration may
   * take any time, but waits no longer than others for the locks of tables, because everybody else waits behind it.
   *
   * @throws when another process holds it for too long, saying what to do
   */
  async take(connection: PostgresConnection): Promise<void> {
    connection.timeLimit = 0;
    await connection.run(
      `set local statement_timeout = 0; set local idle_in_transaction_session_timeout = ${IDLE_MS};
       set local lock_timeout = ${this.#waitMs}`,
    );
    const done = new AbortController();
    void this.#reportWait(done.signal);
    try {
      await connection.run(`select pg_advisory_xact_lock(${KEY})`);
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      const seconds = Math.round(this.#waitMs / 1000);
      throw new Error(`another process has been migrating it for more than ${seconds} seconds. ${REMEDY}`, {
        cause: error,
      });
    } finally {
      done.abort();
    }
    await connection.run(`set local lock_timeout = ${this.#pool.limits.databaseLockTimeoutMs}`);
  }

  async #reportWait(done: AbortSignal): Promise<void> {
    try {
      await elapsed(REPORT_AFTER_MS, undefined, { signal: done });
    } catch {
      return;
    }
    // With a pool of one connection, there is none left to ask on.
    const none = elapsed(HOLDER_MS, undefined, { ref: false });
    const holder = await Promise.race([this.#findHolder().catch(() => undefined), none]);
    if (done.aborted) return;
    const message = `waiting for another process that is migrating the database. ${REMEDY}`;
    this.#logger?.warn({ holder, giveUpMs: this.#waitMs }, message);
  }

  async #findHolder(): Promise<Holder | undefined> {
    const client = await this.#pool.connect();
    try {
      const { rows } = await client.ask(FIND_HOLDER, [KEY], this.#pool.timeLimit);
      return rows[0];
    } finally {
      client.release(client.fault);
    }
  }
}
