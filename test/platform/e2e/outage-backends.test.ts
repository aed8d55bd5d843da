import { setTimeout as elapsed } from 'node:timers/promises';
import pg from 'pg';
import { expect, it } from 'vitest';
import { NO_HARM, startScene, TIMEOUT_MS } from '../../support/load/scene.js';
import { postgresProgram } from '../../support/programs/postgres.js';

/** Waits until each has ended. */
const TERMINATE_ALL = `
  select state, pg_terminate_backend(pid, 1000) from pg_stat_activity
  where backend_type = 'client backend' and pid <> pg_backend_pid()`;

it.skipIf(postgresProgram === undefined)(
  'clients that try again once lose nothing when every connection is ended, in a transaction or out of one',
  async () => {
    const scene = await startScene();
    const admin = new pg.Client(scene.database.url);
    await admin.connect();
    const states = new Set<string>();
    const terminate = async () => {
      const { rows } = await admin.query<{ state: string }>(TERMINATE_ALL);
      for (const { state } of rows) states.add(state);
    };
    for (let round = 0; round < 10; round++) {
      await elapsed(500);
      await scene.harm(terminate);
    }
    // A connection between two statements of a transaction is a matter of milliseconds, so look for one.
    for (let tries = 0; tries < 500 && !states.has('idle in transaction'); tries++) {
      const open = `select from pg_stat_activity where state = 'idle in transaction'`;
      if ((await admin.query(open)).rowCount) await scene.harm(terminate);
    }
    await elapsed(1000);
    await admin.end();
    expect(await scene.end()).toEqual(NO_HARM);
    expect([...states]).toEqual(expect.arrayContaining(['idle', 'idle in transaction']));
    expect(scene.load.sender.counts).toMatchObject({
      cut: 0,
      putOff: expect.toSatisfy((count) => count > 0),
    });
  },
  TIMEOUT_MS,
);

it.skipIf(postgresProgram === undefined)(
  'while somebody locks a table for longer than calls may wait, they get 503, and nothing hangs',
  async () => {
    const scene = await startScene({ DATABASE_LOCK_TIMEOUT_MS: '1000' }, { within: 5000 });
    const admin = new pg.Client(scene.database.url);
    await admin.connect();
    await elapsed(1000);
    await scene.harm(async () => {
      await admin.query('begin');
      await admin.query('lock table grants');
      await elapsed(3000);
      await admin.query('rollback');
    });
    await elapsed(1000);
    await admin.end();
    expect(await scene.end()).toEqual(NO_HARM);
    expect(scene.load.sender.counts).toMatchObject({
      cut: 0,
      putOff: expect.toSatisfy((count) => count > 0),
    });
  },
  TIMEOUT_MS,
);
