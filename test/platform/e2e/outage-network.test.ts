import { setTimeout as elapsed } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { NO_HARM, startScene } from '../../support/load/scene.js';
import { postgresProgram } from '../../support/programs/postgres.js';

/** Shorter than the defaults, so that an outage is over soon. */
const LIMITS = {
  DATABASE_CONNECT_TIMEOUT_MS: '1000',
  DATABASE_STATEMENT_TIMEOUT_MS: '1500',
  DATABASE_LOCK_TIMEOUT_MS: '1000',
  DATABASE_IDLE_TRANSACTION_TIMEOUT_MS: '2000',
};
/** A call has a few statements, and each waits for a connection and an answer. */
const WITHIN_MS = 10_000;
/** What the server promises, in milliseconds. */
const NOTICED_MS = 2000;
const RECOVERED_MS = 2000;

it.skipIf(postgresProgram === undefined).each(['resume', 'lose', 'cut'] as const)(
  'a silent network to PostgreSQL is noticed in time, and nothing is lost once it is back (%s)',
  async (end) => {
    const scene = await startScene(LIMITS, { within: WITHIN_MS });
    await elapsed(1000);
    scene.load.sender.disturb();
    scene.network.pause();
    await elapsed(200);
    const noticed = await scene.readiness();
    expect(noticed.statuses).toEqual([503, 503]);
    expect(noticed.took).toBeLessThan(NOTICED_MS);
    await elapsed(3000);
    if (end !== 'resume') scene.network[end]();
    await scene.network.resume();
    const recovered = await scene.recovery();
    scene.load.sender.disturb();
    await elapsed(2000);
    expect(await scene.end()).toEqual(NO_HARM);
    expect(recovered).toBeLessThan(RECOVERED_MS);
    expect(scene.load.sender.counts).toMatchObject({
      cut: 0,
      putOff: expect.toSatisfy((count) => count > 0),
    });
  },
);
