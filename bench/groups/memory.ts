import { setTimeout as elapsed } from 'node:timers/promises';
import type { Bench, Findings, Value } from '../bench.js';
import { rollDice } from '../calls.js';
import { BASE, CONNECTIONS, stopAll, type Target } from '../measure.js';
import { startPlain } from '../plain-servers.js';
import { median } from '../statistics.js';
import { startThisServer } from '../this-server.js';
import { rssMbOf } from '../usage.js';

/** How long a server has been idle when its memory is at rest, in milliseconds. */
const REST_MS = 3000;

/** The share of all readings that one figure is the median of. Collections of garbage move single ones. */
const SHARE = 0.1;

/** The resident memory of a server: at rest, under load, and whether it grows. */
export async function memory(bench: Bench): Promise<Findings> {
  const targets: Target[] = [
    await startPlain(bench, 'plain-express'),
    { name: 'this server', server: await startThisServer(bench), call: rollDice('2026') },
  ];
  const values: Value[] = [];
  await elapsed(REST_MS);
  for (const { name, server } of targets) {
    const rest = rssMbOf(server.pid);
    if (rest === undefined) {
      bench.skip('memory: the operating system does not tell it');
      break;
    }
    values.push({ name: `memory at rest, ${name}`, unit: 'MB', values: [rest] });
  }
  if (values.length > 0) for (const target of targets) values.push(...(await underLoad(bench, target)));
  await stopAll(targets);
  return { rows: [], values };
}

async function underLoad({ generator, pace, say }: Bench, { name, server, call }: Target): Promise<Value[]> {
  const { from, to } = pace.memory;
  say(`  ${name}, ${to} calls`);
  // Express is there for comparison only, and has settled by then.
  const calls = name === BASE ? from : to;
  const { rssMb } = await generator.run({
    call,
    port: server.port,
    pid: server.pid,
    connections: CONNECTIONS,
    leadIn: 0,
    until: { calls },
  });
  const around = (share: number) => {
    const middle = Math.min(share, 1 - SHARE / 2) * rssMb.length;
    const half = (SHARE / 2) * rssMb.length;
    return median(rssMb.slice(Math.round(middle - half), Math.round(middle + half)));
  };
  const plateau: Value = { name: `memory under load, ${name}`, unit: 'MB', values: [around(1)] };
  if (calls === from) return [plateau];
  const growth = (around(1) / around(from / to) - 1) * 100;
  return [plateau, { name: `growth of memory, ${name}`, unit: '%', values: [growth] }];
}
