import { sql } from 'kysely';
import { type Copier, CopyError, type CopyTransaction, PageSize, reasonOf, type Table } from './copier.js';
import { counters } from './postgres-counters.js';
import { fromPostgres, toPostgres } from './postgres-values.js';

/** Copies from and to PostgreSQL: the schema that the server uses, the first of `search_path`. */
export const postgresCopier: Copier = {
  ...counters,

  async prepare(transaction) {
    // The text of a value depends on these. Rows that a policy hides are an error, and not left behind.
    for (const setting of [
      'timezone = UTC',
      'datestyle = ISO',
      'intervalstyle = postgres',
      'bytea_output = hex',
      'extra_float_digits = 3',
      'row_security = off',
    ]) {
      await sql.raw(`set local ${setting}`).execute(transaction);
    }
  },

  async identify(transaction) {
    const { rows } = await sql<{ id: string }>`
      select concat_ws(' ', 'postgres', pg_postmaster_start_time(), current_database(), current_schema()) as id`.execute(
      transaction,
    );
    return String(rows[0]?.id);
  },

  async listTables(transaction) {
    const { rows } = await sql<{ table: string; column: string | null; type: string; computed: boolean }>`
      select c.relname as "table", a.attname as "column", a.attgenerated <> '' as computed,
        format_type(coalesce(nullif(t.typbasetype, 0), t.oid), -1) as type
      from pg_class c
      left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      left join pg_type t on t.oid = a.atttypid
      where c.relnamespace = quote_ident(current_schema())::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and not exists (
          select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
        )
      order by c.relname, a.attnum`.execute(transaction);
    const tables = new Map<string, Table>();
    for (const { table, column, type, computed } of rows) {
      const known = tables.get(table) ?? { name: table, columns: [] };
      if (column !== null && !computed) known.columns.push({ name: column, type });
      tables.set(table, known);
    }
    return [...tables.values()];
  },

  async *read(transaction, table) {
    const columns = table.columns.map(
      ({ name }, index) => sql`${sql.id(name)}::text as ${sql.id(`c${index}`)}`,
    );
    await sql`declare copied_rows no scroll cursor for select ${sql.join(columns)} from ${sql.id(table.name)}`.execute(
      transaction,
    );
    const page = new PageSize();
    try {
      for (;;) {
        const size = page.rows;
        const { rows } = await sql<Record<string, string | null>>`
          fetch ${sql.lit(size)} from copied_rows`.execute(transaction);
        if (rows.length > 0) {
          yield rows.map((row) =>
            table.columns.map(({ type = '' }, index) => fromPostgres(row[`c${index}`] ?? null, type)),
          );
        }
        if (rows.length < size) return;
        page.adapt(rows.length, sizeOf(rows));
      }
    } finally {
      // If the transaction has failed, the cursor is gone.
      await sql`close copied_rows`.execute(transaction).catch(() => {});
    }
  },

  async insert(transaction, table, rows) {
    // One array for each column, whatever the number of rows: a statement takes 65535 parameters at most.
    const arrays = table.columns.map((column, index) =>
      rows.map((row) => toPostgres(row[index] ?? null, column, table.name)),
    );
    const names = table.columns.map(({ name }) => sql.id(name));
    await sql`savepoint page`.execute(transaction);
    try {
      await sql`
        insert into ${sql.id(table.name)} (${sql.join(names)}) overriding system value
        select ${sql.join(table.columns.map(({ type = '' }, index) => sql`${sql.id(`c${index}`)}::${sql.raw(type)}`))}
        from unnest(${sql.join(arrays.map((array) => sql`${array}::text[]`))})
          as page(${sql.join(names.map((_name, index) => sql.id(`c${index}`)))})`.execute(transaction);
    } catch (error) {
      await sql`rollback to savepoint page`.execute(transaction);
      await findUnfit(transaction, table, arrays);
      throw error;
    }
    await sql`release savepoint page`.execute(transaction);
  },

  async clear(transaction, tables) {
    await sql`truncate ${sql.join(tables.map(({ name }) => sql.id(name)))}`.execute(transaction);
  },

  async suspendRules(transaction, tables) {
    const list = sql.join(tables.map(({ name }) => sql.id(name)));
    await sql`lock table ${list} in access exclusive mode`.execute(transaction);
    const resume: string[] = [];
    const alter = async (table: string, change: string, back: string) => {
      await sql.raw(`alter table ${table} ${change}`).execute(transaction);
      resume.push(`alter table ${table} ${back}`);
    };
    for (const { table, name, always } of await activeTriggers(transaction)) {
      await alter(table, `disable trigger ${name}`, `enable ${always ? 'always ' : ''}trigger ${name}`);
    }
    for (const { table, name } of await immediateForeignKeys(transaction)) {
      await alter(table, `alter constraint ${name} deferrable`, `alter constraint ${name} not deferrable`);
    }
    await sql`set constraints all deferred`.execute(transaction);
    return async () => {
      await sql`set constraints all immediate`.execute(transaction);
      for (const statement of resume) await sql.raw(statement).execute(transaction);
    };
  },
};

function sizeOf(rows: Record<string, string | null>[]): number {
  let characters = 0;
  for (const row of rows) for (const text of Object.values(row)) characters += text?.length ?? 1;
  return characters;
}

/** Says which column refuses its values, since PostgreSQL does not. */
async function findUnfit(
  transaction: CopyTransaction,
  table: Table,
  arrays: (string | null)[][],
): Promise<void> {
  for (const [index, { name, type = '' }] of table.columns.entries()) {
    try {
      await sql`select count(value::${sql.raw(type)}) from unnest(${arrays[index]}::text[]) as value`.execute(
        transaction,
      );
    } catch (error) {
      await sql`rollback to savepoint page`.execute(transaction);
      throw new CopyError(
        `${table.name}.${name} has a value that PostgreSQL does not take: ${reasonOf(error)}`,
        {
          cause: error,
        },
      );
    }
  }
}

async function activeTriggers(transaction: CopyTransaction) {
  const { rows } = await sql<{ table: string; name: string; always: boolean }>`
    select t.tgrelid::regclass::text as "table", quote_ident(t.tgname) as name, t.tgenabled = 'A' as always
    from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = quote_ident(current_schema())::regnamespace and c.relkind in ('r', 'p') and not t.tgisinternal
      and t.tgparentid = 0 and t.tgenabled in ('O', 'A')`.execute(transaction);
  return rows;
}

async function immediateForeignKeys(transaction: CopyTransaction) {
  const { rows } = await sql<{ table: string; name: string }>`
    select conrelid::regclass::text as "table", quote_ident(conname) as name
    from pg_constraint
    where contype = 'f' and connamespace = quote_ident(current_schema())::regnamespace and conparentid = 0 and not condeferrable`.execute(
    transaction,
  );
  return rows;
}
