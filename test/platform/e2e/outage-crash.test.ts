import { setTimeout as elapsed } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { NO_HARM, startScene } from '../../support/load/scene.js';
import { postgresProgram } from '../../support/programs/postgres.js';

const ROUNDS = 5;

it.skipIf(postgresProgram === undefined)(
  'clients that try again once lose nothing when PostgreSQL is killed under load, five times',
  async () => {
    const scene = await startScene();
    const recoveries: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await elapsed(1500);
      await scene.harm(async () => {
        await scene.database.kill();
        await expect.poll(async () => (await scene.readiness()).statuses).toEqual([503, 503]);
        await scene.database.start();
      });
      recoveries.push(await scene.recovery());
    }
    await elapsed(1500);
    expect(await scene.end()).toEqual(NO_HARM);
    expect(scene.load.sender.counts).toMatchObject({
      cut: 0,
      putOff: expect.toSatisfy((count) => count > 0),
    });
    expect(Math.max(...recoveries)).toBeLessThan(2000);
  },
);
