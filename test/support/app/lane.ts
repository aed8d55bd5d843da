const given = process.env['FAST_LANE'];

/**
 * The setting with which this run starts its servers, unless a test sets it: that of the run's own environment. So
 * `FAST_LANE=off npx vitest run test/platform/mcp` runs the same tests without the lane.
 */
export const laneOfRun: Record<string, string> = given ? { FAST_LANE: given } : {};
