import type { Findings, Group, Pace, Value } from '../bench.js';
import { BASE, compare } from '../measure.js';
import { machine, versions } from './machine.js';
import { summary, unmeasured } from './summary.js';
import { medianOf, spread, table } from './text.js';

/** A group with what it found. */
export interface Result extends Findings {
  group: Group;
}

const HEAD = [
  'Target',
  'Calls a second',
  'Spread',
  'Over Express',
  'CPU a call (us)',
  'Spread',
  'Over Express',
  'p99 (ms)',
];

/** Writes the page with everything that a run found. */
export function resultsPage(results: Result[], pace: Pace, skipped: string[]): string {
  const values = results.flatMap((result) => result.values);
  const targets = results.flatMap(({ rows }) => rows.map(({ name }) => name));
  const absent = unmeasured(values);
  return `${[
    '# Results of the benchmark',
    `\`npm run bench\` wrote this page and its chart on ${new Date().toISOString().slice(0, 10)}.`,
    [`- Machine: ${machine()}`, `- Versions: ${versions(targets).join(', ')}`, `- ${methodOf(pace)}`].join(
      '\n',
    ),
    '## Goals and figures',
    'A ratio is that of one round. "Reached" is the median of all rounds, "Spread" the least and the greatest.',
    summary(values),
    ...(absent.length === 0 ? [] : [`Not measured: ${absent.join('; ')}.`]),
    ...(skipped.length === 0 ? [] : [`Skipped:\n\n${skipped.map((line) => `- ${line}`).join('\n')}`]),
    '## Targets',
    'Figures are medians of the rounds. "CPU" is that of the server\'s process, as the operating system counts it.',
    ...results.flatMap(sectionOf),
  ].join('\n\n')}\n`;
}

function methodOf({ rounds, warmUp, leadIn, windowMs }: Pace): string {
  return (
    `Method: 16 connections that are kept alive, from a process of its own on the same machine; ${warmUp} calls of warm-up; ` +
    `${rounds} rounds in which the targets of a group take turns; in each, ${leadIn} calls of lead-in and a window of ` +
    `${windowMs} ms. Every answer is checked. Peers write no log; this server writes a line for each call to a file.`
  );
}

/** Writes the table of a group's targets, if it has any. */
export function sectionOf({ group, rows }: Result): string[] {
  if (rows.length === 0) return [];
  const lines = rows.map(({ name, callsPerSecond, cpuUs, p99Ms }) => [
    name,
    medianOf(callsPerSecond),
    spread(callsPerSecond),
    medianOf(valuesOf(compare(rows, name, BASE))),
    medianOf(cpuUs),
    spread(cpuUs),
    medianOf(valuesOf(compare(rows, name, BASE, 'cpuUs'))),
    medianOf(p99Ms),
  ]);
  return [`### ${group.title}`, table(HEAD, lines)];
}

function valuesOf([value]: Value[]): number[] {
  return value?.values ?? [];
}
