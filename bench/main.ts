/**
 * Measures this server beside others, prints a table, and writes `bench/results.md` and `bench/results.svg`:
 *
 *   npm run bench -- [--quick] [--only GROUP]
 *
 * Run it on an idle machine. With `--only`, nothing is written.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Bench, QUICK, WHOLE } from './bench.js';
import { groups } from './groups/index.js';
import { startGenerator } from './load/start-generator.js';
import { BASE, compare } from './measure.js';
import { chart } from './report/chart.js';
import { type Result, resultsPage, sectionOf } from './report/results.js';
import { summary } from './report/summary.js';
import { cpuMsOf } from './usage.js';

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const chosen = groups.filter(({ name }) => options.only === undefined || options.only === name);
if (chosen.length === 0) {
  console.error(`There is no group ${options.only}: ${groups.map(({ name }) => name).join(', ')}`);
  process.exit(1);
}

// An interrupted run ends here, whose exit ends every process it has started and removes its files.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));
const directory = mkdtempSync(join(tmpdir(), 'mcp-bench-'));
// PostgreSQL runs as another user when this is root.
chmodSync(directory, 0o755);
process.env['TMPDIR'] = directory;

const pace = options.quick ? QUICK : WHOLE;
const generator = startGenerator();
// After the listener that ends the processes, which the first of them has brought.
process.on('exit', () => rmSync(directory, { recursive: true, force: true, maxRetries: 10 }));
const skipped: string[] = [];
const bench: Bench = {
  pace,
  generator,
  directory,
  say: (line) => console.error(line),
  skip(line) {
    skipped.push(line);
    console.error(`skipped: ${line}`);
  },
};
if (cpuMsOf(process.pid) === undefined) bench.skip('CPU a call: the operating system has no /proc');

const results: Result[] = [];
for (const group of chosen) {
  bench.say(`${group.title} (${group.name})`);
  const { rows, values } = await group.run(bench);
  const ratios = rows.filter(({ name }) => name !== BASE).flatMap(({ name }) => compare(rows, name, BASE));
  results.push({ group, rows, values: [...ratios, ...values] });
}
await generator.stop();
const values = results.flatMap((result) => result.values);
console.log(summary(values));
if (options.only !== undefined) console.log(`\n${results.flatMap(sectionOf).join('\n\n')}`);
else {
  writeFileSync(join(import.meta.dirname, 'results.md'), resultsPage(results, pace, skipped));
  writeFileSync(join(import.meta.dirname, 'results.svg'), chart(values));
}
process.exit();
