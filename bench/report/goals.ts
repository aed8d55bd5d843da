import type { Value } from '../bench.js';

/** What a figure must reach. */
export interface Goal {
  /** The name of the figure. */
  of: string;
  /** As the report names it. */
  measure: string;
  atLeast?: number;
  atMost?: number;
}

const over = (target: string) => `${target} over plain Express`;
const OURS = 'service token, 2026-07-28';

/** Every goal, in the order of the report. */
export const GOALS: Goal[] = [
  { of: over(OURS), measure: 'tools/call 2026-07-28, service token, over plain Express', atLeast: 0.6 },
  {
    of: over('user token, 2026-07-28'),
    measure: 'tools/call 2026-07-28, user token, over plain Express',
    atLeast: 0.5,
  },
  {
    of: over('service token, 2025-11-25'),
    measure: 'tools/call 2025-11-25, service token, over plain Express',
    atLeast: 0.45,
  },
  { of: `${OURS} over Go SDK`, measure: 'tools/call over the Go SDK', atLeast: 1.2 },
  { of: `${OURS} over FastMCP (Python)`, measure: 'tools/call over FastMCP (Python)', atLeast: 3 },
  { of: `${OURS} over fastmcp (npm)`, measure: 'tools/call over fastmcp (npm)', atLeast: 4 },
  {
    of: `${OURS} over SDK 1.x, stateless recipe`,
    measure: 'tools/call over the SDK 1.x, stateless recipe',
    atLeast: 4,
  },
  { of: `${OURS} over mcp-use (npm)`, measure: 'tools/call over mcp-use (npm)', atLeast: 4 },
  { of: over('tools/list'), measure: 'tools/list over plain Express', atLeast: 0.5 },
  { of: over('resources/read'), measure: 'resources/read over plain Express', atLeast: 0.5 },
  { of: 'CPU of 256 tools over 9 tools', measure: 'CPU a call with 256 tools over 9 tools', atMost: 1.1 },
  {
    of: 'p99 of service token, 64 connections over plain Express',
    measure: 'p99 at 64 connections over the p99 of plain Express',
    atMost: 4,
  },
  {
    of: 'service token, 20 sign-ins at once over service token, nobody signs in',
    measure: 'Calls a second while 20 sign-ins run over the same idle',
    atLeast: 0.5,
  },
  { of: 'CPU of /token refresh, file', measure: 'CPU of a /token refresh, file', atMost: 3 },
  { of: 'CPU of /token refresh, PostgreSQL', measure: 'CPU of a /token refresh, PostgreSQL', atMost: 3 },
  {
    of: 'start of this server over node -e 0',
    measure: 'Time to /healthz with an existing database over node -e 0',
    atMost: 5,
  },
  { of: 'memory at rest, this server', measure: 'Memory at rest', atMost: 110 },
  { of: 'memory under load, this server', measure: 'Memory under load', atMost: 200 },
  { of: 'growth of memory, this server', measure: 'Growth of memory', atMost: 5 },
];

/** Checks whether a figure is as good as its goal. */
export function isMet({ atLeast, atMost }: Goal, figure: number): boolean {
  return figure >= (atLeast ?? Number.NEGATIVE_INFINITY) && figure <= (atMost ?? Number.POSITIVE_INFINITY);
}

/** Finds the figure of a goal. */
export function figureOf({ of }: Goal, values: Value[]): Value | undefined {
  return values.find(({ name }) => name === of);
}
