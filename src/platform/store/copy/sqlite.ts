import { sql } from 'kysely';
import { type Copier, CopyError, type CopyTransaction, PageSize, type Table, type Value } from './copier.js';

/** The most parameters of one statement (`SQLITE_MAX_VARIABLE_NUMBER`). */
const MAX_PARAMETERS = 32_766;

/** Copies from and to SQLite files. */
export const sqliteCopier: Copier = {
  prepare: async () => {},

  async identify(transaction) {
    const { rows } = await sql<{
      file: string;
    }>`select file from pragma_database_list where name = 'main'`.execute(transaction);
    return `file ${rows[0]?.file}`;
  },

  async listTables(transaction) {
    const listed = sql<{ table: string; type: string; column: string; hidden: number }>`
      select t.name as "table", t.type, c.name as "column", c.hidden
      from pragma_table_list as t join pragma_table_xinfo(t.name) as c
      where t.schema = 'main' and t.type in ('table', 'virtual') and t.name not like 'sqlite\\_%' escape '\\'
      order by t.name, c.cid`;
    const tables = new Map<string, Table>();
    for (const { table, type, column, hidden } of (await listed.execute(transaction)).rows) {
      // The rows of a virtual table are in tables of its own, or nowhere.
      const known = tables.get(table) ?? { name: table, columns: [] };
      if (hidden === 0 && type === 'table') known.columns.push({ name: column });
      tables.set(table, known);
    }
    return [...tables.values()];
  },

  async *read(transaction, table) {
    const columns = table.columns.map(({ name }) => exactly(name));
    const id = await rowId(transaction, table);
    const page = new PageSize();
    let last: bigint | undefined;
    for (let read = 0; ; ) {
      const size = page.rows;
      // A table without row ids is read in the order of its primary key.
      const position = id
        ? sql`${last === undefined ? sql`` : sql`where ${id} > ${last}`} order by ${id} limit ${BigInt(size)}`
        : sql`limit ${BigInt(size)} offset ${BigInt(read)}`;
      const { rows } = await sql<Record<string, Exact>>`
        select ${sql.join(columns.map((column, index) => sql`${column} as ${sql.id(`c${index}`)}`))},
          ${id ? sql`cast(${id} as text)` : sql`null`} as id
        from ${sql.id(table.name)} ${position}`.execute(transaction);
      if (rows.length > 0) {
        yield rows.map((row) =>
          table.columns.map(({ name }, index) => toValue(row[`c${index}`] as Exact, `${table.name}.${name}`)),
        );
      }
      if (rows.length < size) return;
      page.adapt(rows.length, sizeOf(rows));
      read += rows.length;
      last = BigInt(String(rows.at(-1)?.['id'] ?? 0));
    }
  },

  async insert(transaction, table, rows) {
    const columns = sql.join(table.columns.map(({ name }) => sql.id(name)));
    const atOnce = Math.max(1, Math.floor(MAX_PARAMETERS / table.columns.length));
    for (let start = 0; start < rows.length; start += atOnce) {
      const values = rows.slice(start, start + atOnce).map((row) => sql`(${sql.join(row.map(bindable))})`);
      await sql`insert into ${sql.id(table.name)} (${columns}) values ${sql.join(values)}`.execute(
        transaction,
      );
    }
  },

  async clear(transaction, tables) {
    // What refers to a table was made after it. `on delete restrict` is never put off.
    const made = sql<{
      name: string;
    }>`select name from sqlite_master where type = 'table' order by rowid desc`;
    for (const { name } of (await made.execute(transaction)).rows) {
      if (!tables.some((table) => table.name === name)) continue;
      await sql`delete from ${sql.id(name)}`.execute(transaction);
    }
  },

  async readCounters(transaction, tables) {
    if (!(await hasCounters(transaction))) return new Map();
    const { rows } = await sql<{ name: string; seq: string }>`
      select name, cast(seq as text) as seq from sqlite_sequence`.execute(transaction);
    const counters = new Map<string, bigint>();
    for (const table of tables) {
      const seq = rows.find(({ name }) => name === table.name)?.seq;
      const column = seq === undefined ? undefined : await primaryKey(transaction, table);
      if (seq !== undefined && column !== undefined) counters.set(`${table.name}.${column}`, BigInt(seq));
    }
    return counters;
  },

  async setCounters(transaction, tables, counters) {
    if (!(await hasCounters(transaction))) return;
    // A counter that has given nothing out has no row, and each row that is inserted sets it forward.
    for (const table of tables) {
      const last = counters.get(`${table.name}.${await primaryKey(transaction, table)}`);
      const { rows } = await sql<{ sql: string }>`
        select sql from sqlite_master where type = 'table' and name = ${table.name}`.execute(transaction);
      if (last === undefined || !/\bautoincrement\b/i.test(rows[0]?.sql ?? '')) continue;
      const counted = await sql<{ seq: string }>`
        select cast(seq as text) as seq from sqlite_sequence where name = ${table.name}`.execute(transaction);
      const here = counted.rows[0]?.seq;
      if (here !== undefined && BigInt(here) >= last) continue;
      await sql`delete from sqlite_sequence where name = ${table.name}`.execute(transaction);
      await sql`insert into sqlite_sequence (name, seq) values (${table.name}, ${last})`.execute(transaction);
    }
  },

  async suspendRules(transaction) {
    await sql`pragma defer_foreign_keys = on`.execute(transaction);
    const { rows: triggers } = await sql<{ name: string; sql: string }>`
      select name, sql from sqlite_master where type = 'trigger'`.execute(transaction);
    for (const { name } of triggers) await sql`drop trigger ${sql.id(name)}`.execute(transaction);
    return async () => {
      for (const trigger of triggers) await sql.raw(trigger.sql).execute(transaction);
      const { rows } = await sql<{ table: string; parent: string }>`pragma foreign_key_check`.execute(
        transaction,
      );
      const [orphan] = rows;
      if (!orphan) return;
      throw new CopyError(
        `${orphan.table} has rows that refer to missing rows of ${orphan.parent}: delete them from the source first`,
      );
    };
  },
};

/** Integers and bytes as text, text as bytes, real numbers as they are. */
type Exact = null | number | string | ArrayBuffer;

/**
 * Selects a column such that libsql can hand it over exactly. It would round large integers, end a text at its first null
 * byte, and end the process at one that is not UTF-8.
 */
function exactly(name: string) {
  const column = sql.id(name);
  return sql`case typeof(${column}) when 'integer' then cast(${column} as text) when 'text' then cast(${column} as blob)
    when 'blob' then 'x' || hex(${column}) else ${column} end`;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function toValue(exact: Exact, where: string): Value {
  if (exact === null || typeof exact === 'number') return exact;
  if (typeof exact === 'string') {
    return exact.startsWith('x') ? Buffer.from(exact.slice(1), 'hex') : BigInt(exact);
  }
  try {
    return utf8.decode(exact);
  } catch {
    throw new CopyError(`${where} has a text that is not UTF-8`);
  }
}

/** The driver takes bytes only as a Buffer. */
function bindable(value: Value): Value {
  return value instanceof Uint8Array ? Buffer.from(value) : value;
}

function sizeOf(rows: Record<string, Exact>[]): number {
  let bytes = 0;
  for (const row of rows) {
    for (const value of Object.values(row)) {
      bytes += value instanceof ArrayBuffer ? value.byteLength : String(value).length;
    }
  }
  return bytes;
}

/** Returns a name by which a table has row ids, or `undefined` if it has none. Columns may take these names. */
async function rowId(transaction: CopyTransaction, { name, columns }: Table) {
  const { rows } = await sql<{ wr: number }>`select wr from pragma_table_list where name = ${name}`.execute(
    transaction,
  );
  if (rows[0]?.wr === 1) return undefined;
  const taken = columns.map((column) => column.name.toLowerCase());
  const free = ['rowid', '_rowid_', 'oid'].find((alias) => !taken.includes(alias));
  return free === undefined ? undefined : sql.id(free);
}

async function primaryKey(transaction: CopyTransaction, { name }: Table): Promise<string | undefined> {
  const { rows } = await sql<{ name: string }>`
    select name from pragma_table_info(${name}) where pk = 1`.execute(transaction);
  return rows[0]?.name;
}

/** SQLite makes the table of its counters with the first table that has one. */
async function hasCounters(transaction: CopyTransaction): Promise<boolean> {
  const { rows } = await sql`select 1 from sqlite_master where name = 'sqlite_sequence'`.execute(transaction);
  return rows.length > 0;
}
