import { setTimeout as elapsed } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startLoad } from '../../support/load/load.js';
import { postgresProgram, startPostgres } from '../../support/programs/postgres.js';
import { errorsOf, startReplicas, UNDER_LOAD } from '../../support/programs/replicas.js';

const ROUNDS = 5;

it.skipIf(postgresProgram === undefined)(
  'clients that try again once lose nothing when PostgreSQL is killed under load, five times',
  async () => {
    const database = await startPostgres({ fsync: 'on' });
    const replicas = await startReplicas(2, { DATABASE_URL: database.url, ...UNDER_LOAD });
    const [{ url }] = replicas as [(typeof replicas)[0]];
    const load = startLoad(
      replicas.map(({ listening }) => listening),
      url,
      database.url,
    );
    for (let round = 0; round < ROUNDS; round++) {
      await elapsed(1500);
      load.sender.disturb();
      await database.kill();
      await elapsed(300);
      await database.start();
      load.sender.disturb();
    }
    await elapsed(1500);
    const faults = await load.stop();
    console.log(load.sender.counts, load.sender.slowest);
    expect(faults).toEqual([]);
    expect(replicas.flatMap(errorsOf)).toEqual([]);
    for (const replica of replicas) {
      expect(replica.process.exitCode).toBe(null);
      await replica.stop();
    }
    await database.stop();
  },
);
