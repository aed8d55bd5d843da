import type { Value } from '../bench.js';
import { BASE } from '../measure.js';
import { median } from '../statistics.js';

/** A bar, from the figure `NAME over plain Express`. */
interface Bar {
  of: string;
  label: string;
  isOurs?: boolean;
}

/** What the chart shows. Plain `node:http` would make every other bar small. */
const BARS: Bar[] = [
  { of: 'service token, 2026-07-28', label: 'This server, service token', isOurs: true },
  { of: 'user token, 2026-07-28', label: 'This server, user token', isOurs: true },
  { of: 'service token, 2025-11-25', label: 'This server, 2025-11-25', isOurs: true },
  { of: 'Go SDK', label: 'Go SDK, token' },
  { of: 'bare SDK 2.x', label: 'SDK 2.x alone' },
  { of: 'fastmcp (npm)', label: 'fastmcp (npm)' },
  { of: 'FastMCP (Python)', label: 'FastMCP (Python), token' },
  { of: 'mcp-use (npm)', label: 'mcp-use (npm)' },
  { of: 'SDK 1.x, stateless recipe', label: 'SDK 1.x alone' },
];

const WIDTH = 760;
const LEFT = 240;
const RIGHT = 60;
const TOP = 64;
const STEP = 30;
const BAR = 18;

/**
 * Draws calls a second over those of plain Express, greatest first. The background comes with the colours, so the chart
 * can be read on a page of any colour.
 */
export function chart(values: Value[]): string {
  const found = BARS.flatMap((bar) => {
    const value = values.find(({ name }) => name === `${bar.of} over ${BASE}`);
    return value === undefined ? [] : [{ ...bar, ratio: median(value.values) }];
  });
  const bars: { label: string; ratio: number; isOurs?: boolean }[] = [
    ...found,
    { label: BASE, ratio: 1 },
  ].toSorted((a, b) => b.ratio - a.ratio);
  const height = TOP + bars.length * STEP + 14;
  const scale = (WIDTH - LEFT - RIGHT) / Math.max(...bars.map(({ ratio }) => ratio));
  const drawn = bars.map(({ label, ratio, isOurs }, index) => {
    const y = TOP + index * STEP;
    const middle = y + BAR / 2 + 5;
    const width = (ratio * scale).toFixed(1);
    return [
      `<text x="${LEFT - 12}" y="${middle}" text-anchor="end"${isOurs ? ' class="ours"' : ''}>${label}</text>`,
      `<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR}" rx="3" class="${isOurs ? 'bar-ours' : 'bar'}"/>`,
      `<text x="${(LEFT + ratio * scale + 8).toFixed(1)}" y="${middle}">${ratio.toFixed(2)}</text>`,
    ].join('\n  ');
  });
  const described = bars.map(({ label, ratio }) => `${label} ${ratio.toFixed(2)}`).join('; ');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title description">
  <title id="title">Calls of a tool a second, over plain Express</title>
  <desc id="description">${described}.</desc>
  <style>
    text { font: 14px system-ui, sans-serif; fill: #24292f; }
    .heading { font-size: 16px; font-weight: 600; }
    .note { font-size: 12px; fill: #57606a; }
    .ours { font-weight: 600; }
    .ground { fill: #ffffff; stroke: #d0d7de; }
    .bar { fill: #8c959f; }
    .bar-ours { fill: #0969da; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .note { fill: #9198a1; }
      .ground { fill: #151b23; stroke: #3d444d; }
      .bar { fill: #6e7681; }
      .bar-ours { fill: #4493f8; }
    }
  </style>
  <rect x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8" class="ground"/>
  <text x="20" y="28" class="heading">Calls of a tool a second, over plain Express that answers the same JSON</text>
  <text x="20" y="46" class="note">16 connections, revision 2026-07-28 where the server has it; longer is better</text>
  ${drawn.join('\n  ')}
</svg>
`;
}
