import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyDatabase } from '../../../../../src/platform/store/copy/copy-database.js';
import { connectStore } from '../../../../../src/platform/store/database.js';
import { type Databases, isHere, startDatabases } from '../databases.js';
import { oddMigrations as migrations, used } from '../odd-tables.js';

let databases: Databases;
beforeAll(async () => {
  databases = await startDatabases();
});
afterAll(() => databases.stop());

describe.skipIf(!isHere('PostgreSQL'))('what PostgreSQL cannot hold is named, and nothing is copied', () => {
  let to: string;
  beforeAll(async () => {
    to = await databases.create('PostgreSQL');
  });

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
    ['bytes in text', `update keyed set value = x'00'`, 'keyed.value has bytes where PostgreSQL takes text'],
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
    const from = await databases.create('a file', 'rows');
    const store = await connectStore(from);
    await sql`pragma foreign_keys = off`.execute(store);
    await sql.raw(change).execute(store);
    await store.destroy();
    await expect(copyDatabase({ from, to, migrations })).rejects.toThrow(message);
    await used(to, async (target) => {
      expect((await sql`select * from keyed`.execute(target)).rows).toEqual([]);
      expect((await sql`select name from plans`.execute(target)).rows).toHaveLength(2);
    });
  });

  it('and what the attempts have left is no obstacle', async () => {
    const copied = await copyDatabase({ from: await databases.create('a file', 'rows'), to, migrations });
    expect(copied).toContainEqual({ table: 'keyed', rows: 3 });
  });
});
