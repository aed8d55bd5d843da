import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectSame, lineOf, WAYS } from '../../support/lane/exchange.js';
import { type Pair, startPair } from '../../support/lane/pair.js';
import { request } from '../../support/lane/requests.js';

/** The seed of this run, so that it can be repeated. */
const seed = Number(process.env['LANE_SEED'] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env["LANE_RUNS"] ?? 300);

let pair: Pair;
beforeAll(async () => {
  pair = await startPair();
});
afterAll(() => pair.stop());

describe('the fast lane answers byte for byte as Express does', () => {
  it('whatever is sent, alone, in a row, in a pipeline or at once', { timeout: 3_600_000 }, async () => {
    console.log(`LANE_SEED=${seed} LANE_RUNS=${numRuns}`);
    const ways: Record<string, { fast: number; all: number }> = {};
    const exchanges = fc.asyncProperty(
      fc.array(request, { minLength: 1, maxLength: 5 }),
      fc.constantFrom(...WAYS),
      async (requests, way) => {
        const answers = await expectSame(pair, requests, way);
        if (way === 'pipelined') return;
        for (const [index, { era, ordinary }] of requests.entries()) {
          const line = lineOf(pair.fast, answers[index]);
          if (ordinary === undefined || line?.['status'] !== 200) continue;
          const tally = (ways[`${ordinary} of ${era}`] ??= { fast: 0, all: 0 });
          tally.all += 1;
          if (line['lane'] === 'fast') tally.fast += 1;
        }
      },
    );
    await fc.assert(exchanges, { seed, numRuns });
    console.table(ways);
    expect(pair.slow.logs.filter(({ lane }) => lane !== undefined)).toEqual([]);
  });
});
