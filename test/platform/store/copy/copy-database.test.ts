import { existsSync, statSync } from 'node:fs';
import { mkdtemp, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backUp } from '../../../../src/platform/store/backup.js';
import { copyDatabase } from '../../../../src/platform/store/copy/copy-database.js';
import { openStore } from '../../../../src/platform/store/database.js';
import { inSnapshot } from '../../../../src/platform/store/transaction.js';
import { type Databases, ENGINES, isHere, startDatabases } from './databases.js';
import { oddMigrations as migrations, oddRows, used } from './odd-tables.js';

let databases: Databases;
beforeAll(async () => {
  databases = await startDatabases();
});
afterAll(() => databases.stop());

const ways = ENGINES.flatMap((from) => ENGINES.map((to) => ({ from, to })));

describe.each(ways)('from $from to $to', ({ from, to }) => {
  it.skipIf(!isHere(from, to))('every value arrives, and counters go on', async () => {
    const [fromUrl, toUrl] = [await databases.create(from, 'rows'), await databases.create(to)];
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
    if (from === to) return;
    // Back again, so that what was converted is known not to have changed.
    const back = await databases.create(from);
    await copyDatabase({ from: toUrl, to: back, migrations });
    const returned = await oddRows(back);
    expect(returned.map(({ doc, happened, price, seen, ...rest }) => rest).slice(0, 2)).toEqual(
      before.map(({ doc, happened, price, seen, ...rest }) => rest),
    );
  });
});

describe.each(ENGINES)('to %s', (engine) => {
  it.skipIf(!isHere(engine))('a target with rows is refused, and left as it is', async () => {
    const [from, to] = [await databases.create('a file', 'rows'), await databases.create(engine, 'tables')];
    await used(to, (store) => sql`insert into keyed values ('mine', 1, 'stays')`.execute(store));
    await expect(copyDatabase({ from, to, migrations })).rejects.toThrow(
      'The target is not empty: it has rows in keyed (1). Name a new, empty database',
    );
    await used(to, async (store) => {
      expect((await sql`select part from keyed`.execute(store)).rows).toEqual([{ part: 'mine' }]);
      expect((await sql`select name from plans order by id`.execute(store)).rows).toHaveLength(2);
    });
  });

  it.skipIf(!isHere(engine))('a target that only has its tables is empty', async () => {
    const [from, to] = [await databases.create('a file', 'rows'), await databases.create(engine, 'tables')];
    await copyDatabase({ from, to, migrations });
    await used(to, async (store) => {
      const { rows } = await sql`select name from plans order by id`.execute(store);
      expect(rows).toEqual([{ name: 'paid' }, { name: 'own' }]);
    });
  });

  it.skipIf(!isHere(engine))('a table left behind keeps the rows of its migration', async () => {
    const [from, to] = [await databases.create('a file', 'rows'), await databases.create(engine)];
    await copyDatabase({ from, to, migrations, without: ['plans', 'keyed'] });
    await used(to, async (store) => {
      const { rows } = await sql`select name from plans order by id`.execute(store);
      expect(rows).toEqual([{ name: 'free' }, { name: 'paid' }]);
      expect((await sql`select part from keyed`.execute(store)).rows).toEqual([]);
    });
  });
});

describe.each(ENGINES)('from %s', (engine) => {
  it.skipIf(!isHere(engine))('what no migration made is not left behind in silence', async () => {
    const [from, to] = [await databases.create(engine, 'rows'), await databases.create('a file')];
    await used(from, (store) => sql`create table by_hand (id integer)`.execute(store));
    await expect(copyDatabase({ from, to, migrations })).rejects.toThrow(
      'The source has a table by_hand that no migration makes. Leave it behind with --without by_hand',
    );
    const copied = await copyDatabase({ from, to, migrations, without: ['by_hand'] });
    expect(copied).toContainEqual({ table: 'keyed', rows: 3 });
  });

  it.skipIf(!isHere(engine))('a database is not copied into itself', async () => {
    const url = await databases.create(engine, 'rows');
    await expect(copyDatabase({ from: url, to: url, migrations })).rejects.toThrow(
      'The source and the target are the same database',
    );
  });

  it.skipIf(!isHere('PostgreSQL'))('what is written during the copy is not in it', async () => {
    const [from, to] = [
      await databases.create(engine, 'rows'),
      await databases.create('PostgreSQL', 'tables'),
    ];
    const writer = await openStore(from, { migrations });
    const copied = await heldUp(
      to,
      () => copyDatabase({ from, to, migrations }),
      async () => {
        await sql`insert into keyed values ('late', 1, 'new')`.execute(writer);
        await sql`delete from plans`.execute(writer);
      },
    );
    expect(copied).toContainEqual({ table: 'keyed', rows: 3 });
    expect(copied).toContainEqual({ table: 'plans', rows: 2 });
    await writer.destroy();
  });
});

/** Keeps a copy waiting for a table of a PostgreSQL database, and does something meanwhile. */
async function heldUp<T>(
  url: string,
  copy: () => Promise<T>,
  meanwhile: () => void | Promise<void>,
  mode = 'share',
): Promise<T> {
  const holder = new pg.Client(url);
  await holder.connect();
  try {
    await holder.query(`begin; lock table keyed in ${mode} mode`);
    const copying = copy();
    let isOver = false;
    const over = copying.finally(() => {
      isOver = true;
    });
    while (!isOver && (await holder.query('select from pg_locks where not granted')).rowCount === 0);
    await meanwhile();
    await holder.query('commit');
    return await over;
  } finally {
    await holder.end();
  }
}

it.skipIf(!isHere('PostgreSQL'))('a backup is an empty file until it is complete', async () => {
  const from = await databases.create('PostgreSQL', 'rows');
  const directory = await mkdtemp(join(databases.directory, 'backup-'));
  const path = join(directory, 'backup.db');
  await heldUp(
    from,
    () => backUp(from, path, migrations),
    () => expect(statSync(path).size).toBe(0),
    'access exclusive',
  );
  expect(await readdir(directory)).toEqual(['backup.db']);
  expect(await oddRows(`file:${path}`)).toHaveLength(2);
});

it('a file is the same under another name', async () => {
  const url = await databases.create('a file', 'rows');
  const link = join(databases.directory, 'link.db');
  await symlink(url.slice('file:'.length), link);
  await expect(copyDatabase({ from: url, to: `file:${link}`, migrations })).rejects.toThrow(
    'the same database',
  );
});

it('while it is read, others write to the file without waiting', async () => {
  const url = await databases.create('a file', 'rows');
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
  const [from, to] = [await databases.create('a file', 'rows'), await databases.create('a file')];
  await used(from, (store) => sql`create table by_hand (id integer)`.execute(store));
  await expect(copyDatabase({ from, to, migrations })).rejects.toThrow('by_hand');
  expect(existsSync(to.slice('file:'.length))).toBe(false);
});
