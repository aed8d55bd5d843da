import { type Kysely, SqliteAdapter, sql } from 'kysely';
import { openStore, type Store } from '../../../../src/platform/store/database.js';
import type { Migrations } from '../../../../src/platform/store/migrations/index.js';

/** Tables such as a fork may have: every kind of column, counters, cycles, triggers, and rows made by a migration. */
export const oddMigrations: Migrations = {
  'odd-0001': {
    async up(db: Kysely<unknown>) {
      const isFile = db.getExecutor().adapter instanceof SqliteAdapter;
      const id = isFile
        ? 'integer primary key autoincrement'
        : 'integer generated always as identity primary key';
      const serial = isFile ? 'integer primary key' : 'serial primary key';
      const statements = [
        `create table "odd table" (
          id ${id}, parent_id integer references "odd table" (id), "Order" text, flag boolean, big bigint,
          price numeric(30, 4), ratio double precision, small real, happened timestamp, seen timestamptz, day date,
          doc json, docb jsonb, bytes bytea, label varchar(20), token uuid,
          doubled bigint generated always as (big * 2) stored
        )`,
        `create table keyed (part text not null, number integer not null, value text, primary key (part, number))${isFile ? ' without rowid' : ''}`,
        'create table bare (rowid integer, word text)',
        `create table plans (id ${serial}, name text not null unique)`,
        "insert into plans (name) values ('free'), ('paid')",
        'create table mirrored (word text)',
        'create view words as select word from bare',
        ...(isFile
          ? [
              'create trigger keep_words instead of insert on words begin select 1; end',
              "create trigger mirror after insert on bare begin insert into mirrored values (new.word || '; again'); end",
            ]
          : [
              `create function mirror_word() returns trigger language plpgsql as
                $$ begin insert into mirrored values (new.word || '; again'); return new; end $$`,
              'create trigger mirror after insert on bare for each row execute function mirror_word()',
              'create trigger keep_words instead of insert on words for each row execute function mirror_word()',
              'create sequence label_numbers owned by "odd table".label',
            ]),
      ];
      for (const statement of statements) await sql.raw(statement).execute(db);
    },
  },
};

const HUGE = '9007199254740993';

/** Fills the tables. A row refers to a later one, and the highest ids were given out and deleted. */
export async function fillOddTables(db: Kysely<unknown>): Promise<void> {
  const isFile = db.getExecutor().adapter instanceof SqliteAdapter;
  const bytes = isFile ? "x'00ff10'" : "'\\x00ff10'";
  for (const statement of [
    `insert into "odd table" (parent_id, "Order", flag, big, price, ratio, small, happened, seen, day, doc, docb, bytes, label, token)
      values (null, 'it''s "ü" 😀', true, ${HUGE}, 12345678.5, 0.1, 0.25, '2026-01-02 03:04:05.678', '2026-01-02T03:04:05Z', '2026-01-02',
        '{"b":1,"a":[null]}', '{"a": "x", "b": 1}', ${bytes}, 'NULL', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11')`,
    'insert into "odd table" ("Order", flag, big, ratio) values (\'\', false, -4000000000000000001, 1e300)',
    'insert into "odd table" ("Order") values (null)',
    'update "odd table" set parent_id = 2 where id = 1',
    'delete from "odd table" where id = 3',
    "insert into keyed values ('a', 2, 'x'), ('a', 1, 'y'), ('b', 1, null)",
    "insert into bare values (7, 'same'), (7, 'same'), (null, null)",
    "insert into plans (name) values ('own')",
    "delete from plans where name = 'free'",
  ]) {
    await sql.raw(statement).execute(db);
  }
}

/** Runs something on a database with these tables, and closes it. */
export async function used<T>(url: string, run: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(url, { migrations: oddMigrations });
  try {
    return await run(store);
  } finally {
    await store.destroy();
  }
}

const columns = [
  ...['id', 'parent_id', '"Order"', 'flag', 'big', 'price', 'ratio', 'small', 'happened', 'seen', 'day'],
  ...['doc', 'docb', 'bytes', 'label', 'token', 'doubled'],
];

/** Reads what was filled in, as text, because it is written differently on each engine. */
export const oddRows = (url: string) =>
  used(url, async (store) => {
    const texts = sql.raw(columns.map((name) => `cast(${name} as text) as ${name}`).join(', '));
    const { rows } = await sql<Record<string, string>>`select ${texts} from "odd table" order by id`.execute(
      store,
    );
    return rows;
  });
