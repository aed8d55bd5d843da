import type { Bench, Row, Value } from './bench.js';
import { checkFirstAnswer } from './first-answer.js';
import type { Call, Plan } from './load/plan.js';
import type { RunningServer } from './start-process.js';
import { ratios } from './statistics.js';

/** Something that answers calls. */
export interface Target {
  name: string;
  server: RunningServer;
  call: Call;
  /** What each connection carries at first, when the call carries something. */
  carried?: string[];
  /** Calls before the first round, when they are slower than others. */
  warmUp?: number;
}

/** The target that every group has, and that all others are compared with. */
export const BASE = 'plain Express';

/** How many connections send calls, unless a group is about more. */
export const CONNECTIONS = 16;

/** How calls are sent, and what happens around a window. */
interface Options {
  connections?: number;
  /** Runs before the lead-in of a window. @returns what ends it after the window */
  around?: (target: Target) => Promise<() => Promise<void>>;
}

/**
 * Measures targets in turn, round after round, so that a change of the machine's speed meets all of them.
 *
 * @throws at the first wrong answer
 */
export async function measure(
  { pace, generator, say }: Bench,
  targets: Target[],
  { connections = CONNECTIONS, around }: Options = {},
): Promise<Row[]> {
  const carried = new Map(targets.map((target) => [target, target.carried]));
  const run = async (target: Target, amount: Pick<Plan, 'leadIn' | 'until'>) => {
    const { call, server } = target;
    const kept = carried.get(target);
    const plan = { ...amount, call, connections, port: server.port, pid: server.pid };
    const window = await generator.run({ ...plan, ...(kept && { carried: kept }) });
    carried.set(target, window.carried);
    return window;
  };
  for (const target of targets) {
    await checkFirstAnswer(target.server.port, target.call);
    await run(target, { leadIn: 0, until: { calls: target.warmUp ?? pace.warmUp } });
  }
  const rows = targets.map(({ name }): Row => ({ name, callsPerSecond: [], cpuUs: [], p99Ms: [] }));
  for (let round = 0; round < pace.rounds; round++) {
    for (const [index, target] of targets.entries()) {
      const end = await around?.(target);
      const { calls, ms, cpuMs, p99Ms } = await run(target, {
        leadIn: Math.min(pace.leadIn, target.warmUp ?? pace.leadIn),
        until: { ms: pace.windowMs },
      });
      await end?.();
      const row = rows[index] as Row;
      row.callsPerSecond.push((calls * 1000) / ms);
      row.p99Ms.push(p99Ms);
      if (cpuMs !== undefined) row.cpuUs.push((cpuMs * 1000) / calls);
      say(`  round ${round + 1}: ${target.name}, ${Math.round((calls * 1000) / ms)} calls a second`);
    }
  }
  return rows;
}

/**
 * Divides a figure of one row by that of another, round by round.
 *
 * @returns nothing when one of the rows is missing, because its target was skipped
 */
export function compare(
  rows: Row[],
  name: string,
  base: string,
  what: 'callsPerSecond' | 'cpuUs' | 'p99Ms' = 'callsPerSecond',
): Value[] {
  const find = (wanted: string) => rows.find((row) => row.name === wanted)?.[what] ?? [];
  if (find(name).length === 0 || find(base).length === 0) return [];
  const prefix = what === 'cpuUs' ? 'CPU of ' : what === 'p99Ms' ? 'p99 of ' : '';
  return [{ name: `${prefix}${name} over ${base}`, unit: '', values: ratios(find(name), find(base)) }];
}

/** Stops the servers of targets, each once. */
export async function stopAll(targets: Target[]): Promise<void> {
  await Promise.all([...new Set(targets.map(({ server }) => server))].map((server) => server.stop()));
}
