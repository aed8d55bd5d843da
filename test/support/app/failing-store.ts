import { type KyselyPlugin, type QueryId, sql } from 'kysely';
import type { Store } from '../../../src/platform/store/database.js';
import { unavailable } from '../../../src/platform/store/faults.js';
import { extend, onReplicas } from './database.js';

/** What a driver says of a database that is down. Clients must never see it. */
export const INTERNAL = 'connect ECONNREFUSED db.internal:5432';

export interface FailingStore {
  store: Store;
  /** Fails every query from here on, after this many that still work. */
  fail: (after?: number) => void;
  /** Brings the database back. @returns how many queries were asked since `fail` */
  recover: () => number;
}

/** Extends a store, so that a test decides when it is down. On replicas, it is down for all of them. */
export function failingStore(inner: Store): FailingStore {
  let left = Number.POSITIVE_INFINITY;
  let asked = 0;
  const asking = new WeakSet<QueryId>();
  const ask = () => {
    asked += 1;
    if (asked > left) throw unavailable('silent', new Error(INTERNAL));
  };
  const outage: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      ask();
      asking.add(queryId);
      return node;
    },
    async transformResult({ result, queryId }) {
      // A query that is compiled once is transformed only before its first run.
      if (!asking.delete(queryId)) ask();
      return result;
    },
  };
  return {
    store: extend(inner, outage),
    fail(after = 0) {
      asked = 0;
      left = after;
    },
    recover() {
      left = Number.POSITIVE_INFINITY;
      return asked;
    },
  };
}

/**
 * Makes the database refuse every new row of a table.
 *
 * @returns a function that makes it accept them again
 */
export async function failInserts(store: Store, table: string): Promise<() => Promise<void>> {
  const [make, remove] = onReplicas
    ? [
        `create function failing() returns trigger language plpgsql as $$ begin raise 'disk is full'; end $$;
         create trigger failing before insert on ${table} for each row execute function failing()`,
        'drop function failing cascade',
      ]
    : [
        `create trigger failing before insert on ${table} begin select raise(abort, 'disk is full'); end`,
        'drop trigger failing',
      ];
  await sql.raw(make).execute(store);
  return async () => {
    await sql.raw(remove).execute(store);
  };
}
