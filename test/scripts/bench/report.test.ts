import { describe, expect, it } from 'vitest';
import type { Row, Value } from '../../../bench/bench.js';
import { BASE, compare } from '../../../bench/measure.js';
import { chart } from '../../../bench/report/chart.js';
import { resultsPage } from '../../../bench/report/results.js';
import { summary } from '../../../bench/report/summary.js';
import { median } from '../../../bench/statistics.js';

const row = (name: string, callsPerSecond: number[]): Row => ({
  name,
  callsPerSecond,
  cpuUs: callsPerSecond.map((rate) => 1_000_000 / rate),
  p99Ms: callsPerSecond.map(() => 5),
});
const OURS = 'service token, 2026-07-28';
const rows = [row(BASE, [1000, 2000, 4000]), row(OURS, [700, 1000, 2400]), row('Go SDK', [500, 1000, 2000])];
const values = rows.slice(1).flatMap(({ name }) => compare(rows, name, BASE));
/** Returns the line of a table that begins with this cell. */
const lineOf = (text: string, cell: string) =>
  text
    .split('\n')
    .find((line) => line.startsWith(`| ${cell} `))
    ?.replace(/ +/g, ' ');

it('a ratio is made in each round, so that a slow machine slows both', () => {
  expect(values[0]).toEqual({ name: `${OURS} over ${BASE}`, unit: '', values: [0.7, 0.5, 0.6] });
});

it('a median of an even number is between the two in the middle', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

describe('the table', () => {
  it('shows a goal beside what was reached', () => {
    expect(lineOf(summary(values), 'tools/call 2026-07-28, service token, over plain Express')).toBe(
      '| tools/call 2026-07-28, service token, over plain Express | 0.600 | 0.500 to 0.700 | >= 0.6 | yes |',
    );
  });

  it.each([
    ['memory at rest, this server', 'MB', 111, '| Memory at rest | 111 MB | | <= 110 MB | no |'],
    ['memory at rest, this server', 'MB', 109, '| Memory at rest | 109 MB | | <= 110 MB | yes |'],
    ['growth of memory, this server', '%', -2, '| Growth of memory | -2.00 % | | <= 5 % | yes |'],
  ] as const)('judges %s in %s: %d', (name, unit, figure, line) => {
    const value: Value = { name, unit, values: [figure] };
    expect(lineOf(summary([value]), line.split(' | ')[0]?.slice(2) ?? '')).toBe(line);
  });

  it('has a line for what has no goal', () => {
    expect(lineOf(summary(values), 'Go SDK over plain Express')).toBe(
      '| Go SDK over plain Express | 0.500 | 0.500 to 0.500 | | |',
    );
  });
});

it('the page names what was skipped, the goals without a figure, and no version of what was not measured', () => {
  const group = { name: 'calls', title: 'Calls', run: async () => ({ rows: [], values: [] }) };
  const pace = {
    rounds: 3,
    warmUp: 1,
    leadIn: 1,
    windowMs: 1,
    starts: 1,
    memory: { from: 1, to: 2 },
  };
  const page = resultsPage([{ group, rows, values }], pace, ['FastMCP (Python): python3 is not installed']);
  expect(page).toContain('- FastMCP (Python): python3 is not installed');
  expect(page).toMatch(/^- Versions: Node .*, Go SDK [\d.]+ on /m);
  expect(page).not.toMatch(/^- Versions: .*FastMCP/m);
  expect(page).toMatch(/^Not measured: .*Memory at rest/m);
  expect(lineOf(page, OURS)).toBe(
    `| ${OURS} | 1000 | 700 to 2400 | 0.600 | 1000 | 417 to 1429 | 1.67 | 5.00 |`,
  );
});

describe('the chart', () => {
  const svg = chart(values);

  it('has a bar for each server that was measured, the fastest first', () => {
    const labels = [...svg.matchAll(/text-anchor="end"[^>]*>([^<]+)</g)].map(([, label]) => label);
    expect(labels).toEqual([BASE, 'This server, service token', 'Go SDK, token']);
  });

  it('tells those who do not see it the same', () => {
    expect(svg).toMatch(/<svg [^>]*role="img" aria-labelledby="title description"/);
    expect(svg).toContain(
      '<desc id="description">plain Express 1.00; This server, service token 0.60; Go SDK, token 0.50.</desc>',
    );
  });
});
