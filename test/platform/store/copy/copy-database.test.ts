import { existsSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyDatabase } from '../../../../src/platform/store/copy/copy-database.js';
import { connectStore, openStore, type Store } from '../../../../src/platform/store/database.js';
import { inSnapshot } from '../../../../src/platform/store/transaction.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../../../support/programs/postgres.js';
import { fillOddTables, oddMigrations as migrations } from './odd-tables.js';

let directory: string;
let postgres: TestPostgres | undefined;
const numbers = Array.from({ length: 1000 }).keys();
const next = () => numbers.next().value;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mcp-copy-'));
  if (postgresProgram !== undefined) postgres = await startPostgres();
});
afterAll(async () => {
  await postgres?.stop();
  await rm(directory, { recursive: true, force: true });
});

const newFile = async () => `file:${join(directory, `${next()}.db`)}`;
async function newPostgres(): Promise<string> {
  const url = new URL(postgres?.url ?? '');
  const admin = new pg.Client(url.href);
  await admin.connect();
  const name = `copy_${next()}`;
  await admin.query(`create database ${name}`);
  await admin.end();
  url.pathname = name;
  return url.href;
}

async function used<T>(url: string, run: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(url, { migrations });
  try {
    return await run(store);
  } finally {
    await store.destroy();
  }
}

async function newSource(create: () => Promise<string>): Promise<string> {
  const url = await create();
  await used(url, fillOddTables);
  return url;
}

const columns = [
  ...['id', 'parent_id', '"Order"', 'flag', 'big', 'price', 'ratio', 'small', 'happened', 'seen', 'day'],
  ...['doc', 'docb', 'bytes', 'label', 'token', 'doubled'],
];

/** Reads what was filled in, as text, because it is written differently on each engine. */
const oddRows = (url: string) =>
  used(url, async (store) => {
    const texts = sql.raw(columns.map((name) => `cast(${name} as text) as ${name}`).join(', '));
    const { rows } = await sql<Record<string, string>>`select ${texts} from "odd table" order by id`.execute(
      store,
    );
    return rows;
  });

const engines = [
  ['a file', newFile],
  ['PostgreSQL', newPostgres],
] as const;
const ways = engines.flatMap(([from, source]) =>
  engines.map(([to, target]) => ({ from, to, source, target })),
);

describe.each(ways)('from $from to $to', ({ from, to, source, target }) => {
  const isHere = postgresProgram !== undefined || (from === 'a file' && to === 'a file');

  it.skipIf(!isHere)('every value arrives, and counters go on', async () => {
    const [fromUrl, toUrl] = [await newSource(source), await target()];
    const before = await oddRows(fromUrl);
    const copied = await copyDatabase({ from: fromUrl, to: toUrl, migrations });
    expect(copied).toEqual(
      expect.arrayContaining([
        { table: 'odd table', rows: 2 },
        { table: 'keyed', rows: 3 },
        { table: 'bare', rows: 3 },
        { table: 'mirrored', rows: 3 },
        { table: 'plans', rows: 2 },
      ]),
    );
    const after = await oddRows(toUrl);
    expect(after[0]).toMatchObject({
      id: '1',
      parent_id: '2',
      Order: 'it\'s "ü" 😀',
      big: '9007199254740993',
    });
    expect(after[0]).toMatchObject({
      doubled: '18014398509481986',
      label: 'NULL',
      ratio: '0.1',
      small: '0.25',
    });
    if (from === to) expect(after).toEqual(before);
    await used(toUrl, async (store) => {
      const added = await sql<{
        id: number;
      }>`insert into "odd table" ("Order") values ('next') returning id`.execute(store);
      expect(added.rows).toEqual([{ id: 4 }]);
      const plan = await sql<{ id: number }>`insert into plans (name) values ('next') returning id`.execute(
        store,
      );
      expect(plan.rows).toEqual([{ id: 4 }]);
      await sql`insert into bare values (1, 'trigger')`.execute(store);
      const { rows } = await sql`select word from mirrored where word like 'trigger%'`.execute(store);
      expect(rows).toEqual([{ word: 'trigger; again' }]);
      await expect(sql`update "odd table" set parent_id = 99 where id = 1`.execute(store)).rejects.toThrow(
        /foreign key/i,
      );
    });
    // Back again, so that what was converted is known not to have changed.
    const back = await source();
    await copyDatabase({ from: toUrl, to: back, migrations });
    const returned = await oddRows(back);
    expect(returned.map(({ doc, happened, price, seen, ...rest }) => rest).slice(0, 2)).toEqual(
      before.map(({ doc, happened, price, seen, ...rest }) => rest),
    );
  });

  it.skipIf(!isHere)('a target with rows is refused, and left as it is', async () => {
    const [fromUrl, toUrl] = [await newSource(source), await target()];
    await used(toUrl, (store) => sql`insert into keyed values ('mine', 1, 'stays')`.execute(store));
    await expect(copyDatabase({ from: fromUrl, to: toUrl, migrations })).rejects.toThrow(
      'The target is not empty: it has rows in keyed (1). Name a new, empty database',
    );
    await used(toUrl, async (store) => {
      expect((await sql`select part from keyed`.execute(store)).rows).toEqual([{ part: 'mine' }]);
      expect((await sql`select name from plans order by id`.execute(store)).rows).toHaveLength(2);
    });
  });

  it.skipIf(!isHere)('a target that only has its tables is empty', async () => {
    const [fromUrl, toUrl] = [await newSource(source), await target()];
    await used(toUrl, async () => {});
    await copyDatabase({ from: fromUrl, to: toUrl, migrations });
    await used(toUrl, async (store) => {
      const { rows } = await sql`select name from plans order by id`.execute(store);
      expect(rows).toEqual([{ name: 'paid' }, { name: 'own' }]);
    });
  });

  it.skipIf(!isHere)('what no migration made is not left behind in silence', async () => {
    const [fromUrl, toUrl] = [await newSource(source), await target()];
    await used(fromUrl, (store) => sql`create table by_hand (id integer)`.execute(store));
    await expect(copyDatabase({ from: fromUrl, to: toUrl, migrations })).rejects.toThrow(
      'The source has a table by_hand that no migration makes. Leave it behind with --without by_hand',
    );
    const copied = await copyDatabase({ from: fromUrl, to: toUrl, migrations, without: ['by_hand'] });
    expect(copied).toContainEqual({ table: 'keyed', rows: 3 });
  });

  it.skipIf(!isHere)('a database is not copied into itself', async () => {
    const url = await newSource(source);
    await expect(copyDatabase({ from: url, to: url, migrations })).rejects.toThrow(
      'The source and the target are the same database',
    );
  });
});

it('a file is the same under another name', async () => {
  const url = await newSource(newFile);
  const link = join(directory, 'link.db');
  await symlink(url.slice('file:'.length), link);
  await expect(copyDatabase({ from: url, to: `file:${link}`, migrations })).rejects.toThrow(
    'the same database',
  );
});

it('while it is read, others write to the file without waiting', async () => {
  const url = await newSource(newFile);
  const other = await openStore(url, { migrations });
  await used(url, (store) =>
    inSnapshot(store, async (reading) => {
      const count = async () =>
        (await sql<{ count: number }>`select count(*) as count from keyed`.execute(reading)).rows[0]?.count;
      expect(await count()).toBe(3);
      await sql`insert into keyed values ('c', 1, 'late')`.execute(other);
      expect(await count()).toBe(3);
    }),
  );
  await other.destroy();
});

it('a new file is removed if the copy fails', async () => {
  const [from, to] = [await newSource(newFile), await newFile()];
  await used(from, (store) => sql`create table by_hand (id integer)`.execute(store));
  await expect(copyDatabase({ from, to, migrations })).rejects.toThrow('by_hand');
  expect(existsSync(to.slice('file:'.length))).toBe(false);
});

describe.skipIf(postgresProgram === undefined)(
  'what PostgreSQL cannot hold is named, and nothing is copied',
  () => {
    it.each([
      [
        'a null byte',
        `update keyed set value = 'a' || char(0) || 'b'`,
        'keyed.value has a text with a null byte',
      ],
      [
        'text that is not UTF-8',
        `update keyed set value = cast(x'ff41' as text)`,
        'keyed.value has a text that is not UTF-8',
      ],
      [
        'text in a number',
        `update "odd table" set big = 'many'`,
        'odd table.big has a value that PostgreSQL does not take: invalid input syntax for type bigint',
      ],
      [
        'a number too large',
        'update "odd table" set parent_id = null, small = 1e300',
        'odd table.small has a value that PostgreSQL does not take',
      ],
      [
        'text in bytes',
        `update "odd table" set bytes = 'text'`,
        'odd table.bytes has text or a number where PostgreSQL takes bytes',
      ],
      [
        'bytes in text',
        `update keyed set value = x'00'`,
        'keyed.value has bytes where PostgreSQL takes text',
      ],
      [
        'a text too long',
        `update "odd table" set label = 'more than twenty characters'`,
        'odd table cannot be written: value too long for type character varying(20)',
      ],
      [
        'digits too many',
        'update "odd table" set small = 0.1234567890123',
        'odd table.small has a value that the target cannot hold exactly',
      ],
      [
        'a date in words',
        `update "odd table" set day = 'today'`,
        'odd table.day has a value that the target cannot hold exactly',
      ],
      [
        'an orphan',
        `update "odd table" set parent_id = 77 where id = 1`,
        'Key (parent_id)=(77) is not present in table "odd table"',
      ],
    ])('%s', async (_what, change, message) => {
      const [from, to] = [await newSource(newFile), await newPostgres()];
      const store = connectStore(from);
      await sql`pragma foreign_keys = off`.execute(store);
      await sql.raw(change).execute(store);
      await store.destroy();
      await expect(copyDatabase({ from, to, migrations })).rejects.toThrow(message);
      await used(to, async (target) => {
        expect((await sql`select * from keyed`.execute(target)).rows).toEqual([]);
        expect((await sql`select name from plans`.execute(target)).rows).toHaveLength(2);
      });
      // The tables that the attempt left are no obstacle.
      await copyDatabase({ from: await newSource(newFile), to, migrations });
    });
  },
);
