import { sql } from 'kysely';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Store } from '../../../src/platform/store/database.js';
import { type Places, prepared } from '../../../src/platform/store/prepared.js';
import { openAgain, openNewDatabase } from '../../support/app/database.js';

let store: Store;
beforeEach(async () => {
  const opened = await openNewDatabase();
  store = opened;
  onTestFinished(() => opened.destroy());
  await sql`create table notes (owner text, number integer, note text)`.execute(store);
  const values = [1, 2, 3].map((number) => ({ owner: 'ann', number, note: `note ${number}` }));
  await store.insertInto('notes').values(values).execute();
});

const findNote = () =>
  prepared(store, ({ owner, after }: Places<{ owner: string; after: number }>) =>
    store
      .selectFrom('notes')
      .select(['number', 'note'])
      .where('number', '>', after)
      .where('owner', '=', owner)
      .where('note', 'like', 'note%')
      .orderBy('number'),
  );

describe('a query that is compiled once', () => {
  it('takes the values of each run by their names, and returns the first row as any other query does', async () => {
    const find = findNote();
    const runs = [
      find({ owner: 'ann', after: 0 }),
      find({ owner: 'bea', after: 0 }),
      find({ after: 1, owner: 'ann' }),
    ];
    expect(await Promise.all(runs)).toEqual([
      { number: 1, note: 'note 1' },
      undefined,
      { number: 2, note: 'note 2' },
    ]);
  });

  it('sees at once what another process has written, and keeps no lock on what it has read', async () => {
    const find = findNote();
    const other = await openAgain(store);
    expect(await find({ owner: 'ann', after: 0 })).toMatchObject({ number: 1 });
    await other.deleteFrom('notes').where('number', '=', 1).execute();
    expect(await find({ owner: 'ann', after: 0 })).toMatchObject({ number: 2 });
    const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(other);
    await other.destroy();
    expect(rows).toEqual([expect.objectContaining({ busy: 0 })]);
  });

  it('sees nothing of a transaction that is not committed', async () => {
    const find = findNote();
    let found: ReturnType<typeof find> | undefined;
    await expect(
      store.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('notes').execute();
        found = find({ owner: 'ann', after: 0 });
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    expect(await found).toMatchObject({ number: 1 });
  });
});
