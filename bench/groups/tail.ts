import type { Bench, Findings } from '../bench.js';
import { rollDice } from '../calls.js';
import { BASE, compare, measure, stopAll, type Target } from '../measure.js';
import { startPlain } from '../plain-servers.js';
import { startThisServer } from '../this-server.js';

const CROWD = 64;

/** How long the slowest calls take when many connections send at once. */
export async function tail(bench: Bench): Promise<Findings> {
  const name = `service token, ${CROWD} connections`;
  const targets: Target[] = [
    await startPlain(bench, 'plain-express'),
    await startPlain(bench, 'sdk-2'),
    { name, server: await startThisServer(bench), call: rollDice('2026') },
  ];
  const rows = await measure(bench, targets, { connections: CROWD });
  await stopAll(targets);
  return { rows, values: compare(rows, name, BASE, 'p99Ms') };
}
