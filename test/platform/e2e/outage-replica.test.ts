import { setTimeout as elapsed } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { NO_HARM, startScene } from '../../support/load/scene.js';
import { postgresProgram } from '../../support/programs/postgres.js';
import { restart } from '../../support/programs/replicas.js';

it.skipIf(postgresProgram === undefined)(
  'clients that try again once lose nothing when a replica is killed under load, and started by its supervisor',
  async () => {
    const scene = await startScene({}, { cuts: true });
    for (let round = 0; round < 4; round++) {
      await elapsed(1000);
      const index = round % 2;
      await scene.harm(async () => {
        const killed = scene.replicas[index];
        killed?.process.kill('SIGKILL');
        await killed?.exited;
        await elapsed(300);
        await restart(scene.replicas, index);
      });
    }
    await elapsed(1000);
    expect(await scene.end()).toEqual({ ...NO_HARM, restarted: [0, 1] });
    expect(scene.load.sender.counts.cut).toBeGreaterThan(0);
  },
);
