import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { over } from './bench.js';
import { calls } from './groups/calls.js';
import { startGenerator } from './load/start-generator.js';
import { median } from './statistics.js';

const directory = mkdtempSync(join(tmpdir(), 'mcp-bench-'));
chmodSync(directory, 0o755);
process.on('exit', () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));
const generator = startGenerator();
const isQuick = process.argv.includes('--quick');
const pace = isQuick
  ? { rounds: 3, warmUp: 3000, leadIn: 500, windowMs: 700, memory: { from: 10_000, to: 40_000 } }
  : { rounds: 5, warmUp: 10_000, leadIn: 1500, windowMs: 2000, memory: { from: 50_000, to: 200_000 } };
const rows = await calls({ generator, directory, say: console.log, pace });
console.table(
  rows.map((row) => ({
    name: row.name,
    rps: Math.round(median(row.callsPerSecond)),
    cpu: Math.round(median(row.cpuUs)),
    ratio: median(over(rows, row.name)).toFixed(3),
    p99: median(row.p99Ms).toFixed(1),
  })),
);
process.exit();
