import type { Call, Plan } from './load/plan.js';
import type { Generator } from './load/start-generator.js';
import type { RunningServer } from './start-process.js';
import { ratios } from './statistics.js';

/** How much is measured. */
export interface Pace {
  rounds: number;
  /** Calls to each target before the first round. */
  warmUp: number;
  /** Calls before each window; an idle server is slow at first. */
  leadIn: number;
  windowMs: number;
  /** The numbers of calls between which memory may not grow. */
  memory: { from: number; to: number };
}

/** What every group needs. */
export interface Bench {
  pace: Pace;
  generator: Generator;
  /** For data and logs; removed at the end. */
  directory: string;
  /** Prints what is under way, or what is skipped. */
  say: (line: string) => void;
}

/** Something that answers calls. */
export interface Target {
  name: string;
  server: RunningServer;
  call: Call;
  /** What each connection carries at first, when the call carries something. */
  carried?: string[];
}

/** The figures of a target, one for each round. */
export interface Row {
  name: string;
  callsPerSecond: number[];
  /** CPU a call in microseconds; empty where the operating system does not tell. */
  cpuUs: number[];
  p99Ms: number[];
}

/** The target that every group has, and that all others are compared with. */
export const BASE = 'plain Express';

/** How many connections send calls, unless a group is about more. */
export const CONNECTIONS = 16;

/**
 * Measures targets in turn, round after round, so that a change of the machine's speed meets all of them.
 *
 * @throws at the first wrong answer
 */
export async function measure(
  { pace, generator, say }: Bench,
  targets: Target[],
  connections = CONNECTIONS,
): Promise<Row[]> {
  const carried = new Map(targets.map((target) => [target, target.carried]));
  const run = async (target: Target, amount: Pick<Plan, 'leadIn' | 'until'>) => {
    const { call, server } = target;
    const kept = carried.get(target);
    const window = await generator.run({
      ...amount,
      call,
      connections,
      port: server.port,
      pid: server.pid,
      ...(kept && { carried: kept }),
    });
    carried.set(target, window.carried);
    return window;
  };
  for (const target of targets) await run(target, { leadIn: 0, until: { calls: pace.warmUp } });
  const rows = targets.map(({ name }): Row => ({ name, callsPerSecond: [], cpuUs: [], p99Ms: [] }));
  for (let round = 0; round < pace.rounds; round++) {
    for (const [index, target] of targets.entries()) {
      const { calls, ms, cpuMs, latency } = await run(target, {
        leadIn: pace.leadIn,
        until: { ms: pace.windowMs },
      });
      const row = rows[index] as Row;
      row.callsPerSecond.push((calls * 1000) / ms);
      row.p99Ms.push(latency.p99);
      if (cpuMs !== undefined) row.cpuUs.push((cpuMs * 1000) / calls);
      say(`round ${round + 1}: ${target.name}, ${Math.round((calls * 1000) / ms)} calls a second`);
    }
  }
  return rows;
}

/** Returns how many calls a second a row reaches of those of another, round by round. */
export function over(rows: Row[], name: string, base = BASE): number[] {
  const find = (wanted: string) => rows.find((row) => row.name === wanted)?.callsPerSecond ?? [];
  return ratios(find(name), find(base));
}
