import { join } from 'node:path';
import type { Bench } from './bench.js';
import { type Era, rollDice } from './calls.js';
import { BASE, type Target } from './measure.js';
import { startProcess } from './start-process.js';

/** The servers of `bench/servers/`, which need nothing but the packages of this repository. */
const PLAIN = {
  'plain-http': { name: 'plain node:http', era: '2025' },
  'plain-express': { name: BASE, era: '2025' },
  'sdk-2': { name: 'bare SDK 2.x', era: '2026' },
  'sdk-1': { name: 'SDK 1.x, stateless recipe', era: '2025' },
} as const satisfies Record<string, { name: string; era: Era }>;

/** Starts one of them as a target. */
export async function startPlain(bench: Bench, file: keyof typeof PLAIN): Promise<Target> {
  const { name, era } = PLAIN[file];
  const program = join(import.meta.dirname, 'servers', `${file}.mjs`);
  const server = await startProcess({
    program: process.execPath,
    args: [program],
    directory: bench.directory,
  });
  return { name, server, call: rollDice(era) };
}
