import { randomUUID } from 'node:crypto';
import { setTimeout as elapsed } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import type { ChangeFeed, FeedOptions } from './change-feed.js';
import { asStoreError } from './faults.js';

/** The channels of this server. Their payloads are a URI, and the name of a probe. */
const CHANNEL = 'resource_changes';
const PROBES = 'resource_changes_probe';

/** How long a connection may take to open, and a probe to arrive, in milliseconds. */
const PATIENCE_MS = 2000;

/** How often to check that notifications still arrive, in milliseconds. */
const PROBE_EVERY_MS = 10_000;

/** The pauses before the connection is opened again, in milliseconds. */
const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 1000;

/** The pause when notifications do not arrive on a new connection either, which only an operator can mend. */
const DEAF_PAUSE_MS = 30_000;

/** Notifies in the transaction of the store, if it is one. */
export async function notifyOnPostgres(store: Kysely<unknown>, uri: string): Promise<void> {
  await send(store, CHANNEL, uri);
}

async function send(store: Kysely<unknown>, channel: string, payload: string): Promise<void> {
  await sql`select pg_notify(${channel}, ${payload})`.execute(store);
}

const PLACE = 'the address is DATABASE_LISTEN_URL, or DATABASE_URL if that is not set';
const REMEDY =
  'set DATABASE_LISTEN_URL to the address of the same database without a pooler in transaction mode';

/** The connection works, but what is sent through the store does not arrive on it. */
class DeafError extends Error {}

/**
 * Follows the changes of a PostgreSQL database on a connection of its own, which is open until the feed is paused. When it
 * was lost and notifications begin to arrive again, it reports a gap.
 *
 * Probes that are sent through the store show that notifications arrive. They find a connection that was lost without a
 * word, and a pooler in transaction mode, which accepts `LISTEN` and passes nothing on.
 */
export function followPostgres(
  store: Kysely<unknown>,
  { listenUrl, logger, onChange, onGap }: FeedOptions,
): ChangeFeed {
  let running = new AbortController();
  let reported: 'deaf' | 'lost' | undefined;
  /** How many connections in a row notifications did not arrive on. */
  let deaf = 0;

  /** Goes on until the signal aborts, or throws if the first connection fails. */
  async function follow(signal: AbortSignal, onBegun: () => void): Promise<void> {
    let pause = MIN_PAUSE_MS;
    let hasBegun = false;
    const onLive = () => {
      pause = MIN_PAUSE_MS;
      deaf = 0;
      if (reported !== undefined) logger.info('changes of resources are followed again');
      reported = undefined;
      if (hasBegun) onGap();
      hasBegun = true;
      onBegun();
    };
    while (!signal.aborted) {
      try {
        await listen(signal, onLive);
      } catch (error) {
        if (signal.aborted) return;
        deaf = error instanceof DeafError ? deaf + 1 : 0;
        report(error, deaf > 1 ? 'deaf' : 'lost');
        if (!hasBegun) throw asStoreError(error, 'silent');
      }
      await elapsed(deaf > 1 ? DEAF_PAUSE_MS : pause, undefined, { signal }).catch(() => {});
      pause = Math.min(pause * 2, MAX_PAUSE_MS);
    }
  }

  /** Logs trouble when it begins. */
  function report(err: unknown, trouble: 'deaf' | 'lost'): void {
    if (trouble === reported) return;
    reported = trouble;
    if (trouble === 'lost') logger.warn({ err }, `changes of resources cannot be followed; ${PLACE}`);
    else logger.error({ err }, `clients are not told of changes: ${REMEDY}`);
  }

  /** Listens until the connection is lost, which it throws. */
  async function listen(signal: AbortSignal, onLive: () => void): Promise<never> {
    const client = new pg.Client({
      connectionString: listenUrl,
      connectionTimeoutMillis: PATIENCE_MS,
      query_timeout: PATIENCE_MS,
      keepAlive: true,
      fallback_application_name: 'changes',
    });
    const lost = new AbortController();
    const close = () => lost.abort(signal.reason);
    signal.addEventListener('abort', close);
    client.on('error', (error) => lost.abort(error));
    client.on('end', () => lost.abort(new Error('The connection that listens has ended')));
    const arrivals = new Map<string, () => void>();
    client.on('notification', ({ channel, payload = '' }) => {
      if (channel === PROBES) arrivals.get(payload)?.();
      else onChange(payload);
    });

    /** Sends a probe and waits for it. @returns the error of the store if that could not send it */
    async function probe(): Promise<unknown> {
      const name = randomUUID();
      const arrival = new Promise<boolean>((resolve) => arrivals.set(name, () => resolve(true)));
      try {
        const sent = send(store, PROBES, name).then(
          () => undefined,
          (error: unknown) => error,
        );
        const refusal = await unless(lost.signal, sent);
        if (refusal !== undefined) return refusal;
        const late = elapsed(PATIENCE_MS, false, { ref: false });
        if (!(await unless(lost.signal, Promise.race([arrival, late])))) {
          throw new DeafError('A notification did not arrive');
        }
        return undefined;
      } finally {
        arrivals.delete(name);
      }
    }

    try {
      await unless(lost.signal, client.connect());
      await unless(lost.signal, client.query(`listen ${CHANNEL}; listen ${PROBES}`));
      const refusal = await probe();
      if (refusal !== undefined) throw refusal;
      onLive();
      for (;;) {
        await elapsed(PROBE_EVERY_MS, undefined, { signal: lost.signal, ref: false }).catch(() => {});
        lost.signal.throwIfAborted();
        // The store may be in trouble of its own, which says nothing about this connection.
        await probe();
      }
    } finally {
      signal.removeEventListener('abort', close);
      void client.end().catch(() => {});
    }
  }

  const pause = () => running.abort();
  return {
    resume() {
      pause();
      running = new AbortController();
      const { signal } = running;
      return new Promise((resolve, reject) => {
        follow(signal, resolve).then(resolve, reject);
      });
    },
    pause,
    close: pause,
  };
}

/** Waits for a promise, or throws as soon as the signal aborts. Unlike a race, it leaves nothing behind on the signal. */
async function unless<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let abort = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(signal.reason);
  });
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
