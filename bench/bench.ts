import type { Generator } from './load/start-generator.js';

/** How much is measured. */
export interface Pace {
  rounds: number;
  /** Calls to each target before the first round. */
  warmUp: number;
  /** Calls before each window; an idle server is slow at first. */
  leadIn: number;
  windowMs: number;
  /** How often a start is timed. */
  starts: number;
  /** The numbers of calls between which memory may not grow. */
  memory: { from: number; to: number };
}

/** The whole of it, in about 10 minutes. */
export const WHOLE: Pace = {
  rounds: 5,
  warmUp: 10_000,
  leadIn: 600,
  windowMs: 1000,
  starts: 7,
  memory: { from: 50_000, to: 200_000 },
};

/** The same in about 2 minutes, with more noise. */
export const QUICK: Pace = {
  rounds: 3,
  warmUp: 1000,
  leadIn: 200,
  windowMs: 300,
  starts: 3,
  memory: { from: 5000, to: 20_000 },
};

/** What every group needs. */
export interface Bench {
  pace: Pace;
  generator: Generator;
  /** For data and logs; removed at the end. */
  directory: string;
  /** Prints what is under way. */
  say: (line: string) => void;
  /** Prints, and keeps for the report, what could not be measured and why. */
  skip: (line: string) => void;
}

/** The figures of a target, one for each round. */
export interface Row {
  name: string;
  callsPerSecond: number[];
  /** CPU a call in microseconds; empty where the operating system does not tell. */
  cpuUs: number[];
  p99Ms: number[];
}

/** A figure that is not a rate, or is made from others, one for each round. */
export interface Value {
  name: string;
  unit: '' | 'ms' | 'MB' | '%' | '/s';
  values: number[];
}

/** What a group found. */
export interface Findings {
  rows: Row[];
  values: Value[];
}

/** Targets that are measured beside each other. */
export interface Group {
  name: string;
  /** As the report heads it. */
  title: string;
  run: (bench: Bench) => Promise<Findings>;
}
