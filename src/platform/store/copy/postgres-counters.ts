import { sql } from 'kysely';
import type { Copier, CopyTransaction, Counters } from './copier.js';

interface Sequence {
  /** Its quoted name. */
  sequence: string;
  /** The column that gets its numbers, unless it makes something else of them, such as `ORD-1007`. */
  table: string | null;
  column: string | null;
  increment: string;
}

/** Sequences: those of identity and serial columns, and those that stand alone. */
export const counters: Pick<Copier, 'readCounters' | 'setCounters'> = {
  async readCounters(transaction) {
    const counters: Counters = new Map();
    for (const each of await sequences(transaction)) {
      const { rows } = await sql<{ last: string; given: boolean }>`
        select last_value::text as last, is_called as given from ${sql.raw(each.sequence)}`.execute(
        transaction,
      );
      const [row] = rows;
      if (row) counters.set(keyOf(each), BigInt(row.last) - (row.given ? 0n : BigInt(each.increment)));
    }
    return counters;
  },

  async setCounters(transaction, _tables, counters) {
    for (const each of await sequences(transaction)) {
      const increment = BigInt(each.increment);
      const numbers = [counters.get(keyOf(each)), await highest(transaction, each)].filter(
        (last) => last !== undefined,
      );
      const [first] = numbers;
      if (first === undefined) continue;
      const last = numbers.reduce((a, b) => (a > b === increment > 0n ? a : b), first);
      // Unlike `setval`, this is undone if the transaction fails.
      await sql.raw(`alter sequence ${each.sequence} restart with ${last + increment}`).execute(transaction);
    }
  },
};

async function sequences(transaction: CopyTransaction): Promise<Sequence[]> {
  const { rows } = await sql<Sequence>`
    select s.seqrelid::regclass::text as sequence, s.seqincrement::text as increment,
      t.relname as "table", a.attname as "column"
    from pg_sequence s
    join pg_class c on c.oid = s.seqrelid and c.relnamespace = quote_ident(current_schema())::regnamespace
    left join pg_depend d
      on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0
      and d.deptype in ('a', 'i')
    left join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
      and a.atttypid in ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
    left join pg_class t on t.oid = a.attrelid`.execute(transaction);
  return rows;
}

function keyOf({ sequence, table, column }: Sequence): string {
  return table === null ? sequence : `${table}.${column}`;
}

/** Returns the number furthest on in a column, in case rows were inserted with numbers of their own. */
async function highest(
  transaction: CopyTransaction,
  { table, column, increment }: Sequence,
): Promise<bigint | undefined> {
  if (table === null || column === null) return undefined;
  const end = sql.raw(increment.startsWith('-') ? 'min' : 'max');
  const { rows } = await sql<{ last: string | null }>`
    select ${end}(${sql.id(column)})::text as last from ${sql.id(table)}`.execute(transaction);
  const last = rows[0]?.last;
  return last === null || last === undefined ? undefined : BigInt(last);
}
