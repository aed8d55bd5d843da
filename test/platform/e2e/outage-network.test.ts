import { setTimeout as elapsed } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { NO_HARM, startScene, TIMEOUT_MS } from '../../support/load/scene.js';
import { postgresProgram } from '../../support/programs/postgres.js';

/** Shorter than the defaults, so that an outage is over soon. */
const LIMITS = {
  DATABASE_CONNECT_TIMEOUT_MS: '2000',
  DATABASE_STATEMENT_TIMEOUT_MS: '3000',
  DATABASE_LOCK_TIMEOUT_MS: '2000',
  DATABASE_IDLE_TRANSACTION_TIMEOUT_MS: '3000',
};
/** A call has a few statements, and each waits for a connection and an answer. */
const WITHIN_MS = 10_000;
/** Twice what the server promises, in milliseconds, because the machine is busy with the load. */
const NOTICED_MS = 4000;
const RECOVERED_MS = 4000;

/** What becomes of the connections of a network that was silent. New ones fail in the last case, and else are silent. */
const ENDS = ['resume', 'lose', 'cut', 'refuse'] as const;

it.skipIf(postgresProgram === undefined)(
  'a silent network to PostgreSQL is noticed in time, and nothing is lost once it is back, whatever becomes of connections',
  async () => {
    const scene = await startScene(LIMITS, { within: WITHIN_MS });
    const { network } = scene;
    const noticed: number[] = [];
    const recovered: number[] = [];
    for (const end of ENDS) {
      await elapsed(1000);
      const took = await scene.harm(async () => {
        const connections = network.connections();
        network.pause();
        await elapsed(200);
        const { statuses, took } = await scene.readiness();
        expect([end, ...statuses]).toEqual([end, 503, 503]);
        noticed.push(took);
        await elapsed(1000);
        expect(network.connections()).toBeGreaterThan(connections);
        if (end !== 'resume') await network[end]();
        if (end === 'refuse') expect((await scene.readiness()).statuses).toEqual([503, 503]);
        await network.resume();
      });
      recovered.push(took);
    }
    await elapsed(1000);
    expect(await scene.end()).toEqual(NO_HARM);
    expect(Math.max(...noticed)).toBeLessThan(NOTICED_MS);
    expect(Math.max(...recovered)).toBeLessThan(RECOVERED_MS);
    expect(scene.load.sender.counts).toMatchObject({
      cut: 0,
      putOff: expect.toSatisfy((count) => count > 0),
    });
  },
  TIMEOUT_MS,
);
