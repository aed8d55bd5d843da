import { setTimeout as elapsed } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { NO_HARM, startScene, TIMEOUT_MS } from '../../support/load/scene.js';
import { postgresProgram } from '../../support/programs/postgres.js';

const ROUNDS = 5;
/** Twice what the server promises, in milliseconds, because the machine is busy with the load. */
const RECOVERED_MS = 4000;

it.skipIf(postgresProgram === undefined)(
  'clients that try again once lose nothing when PostgreSQL is killed under load, five times',
  async () => {
    const scene = await startScene();
    const recoveries: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await elapsed(1000);
      const took = await scene.harm(async () => {
        await scene.database.kill();
        await expect.poll(async () => (await scene.readiness()).statuses).toEqual([503, 503]);
        await scene.database.start();
      });
      recoveries.push(took);
    }
    await elapsed(1000);
    expect(await scene.end()).toEqual(NO_HARM);
    expect(scene.load.sender.counts).toMatchObject({
      cut: 0,
      putOff: expect.toSatisfy((count) => count > 0),
    });
    expect(Math.max(...recoveries)).toBeLessThan(RECOVERED_MS);
  },
  TIMEOUT_MS,
);
