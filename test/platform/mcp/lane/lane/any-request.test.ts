import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { onlyOnFile } from '../../../../support/app/database.js';
import { expectSame, lineOf, WAYS } from '../../../../support/lane/exchange.js';
import { startPair } from '../../../../support/lane/pair.js';
import { request } from '../../../../support/lane/requests.js';

/** Chosen by the clock, unless a run is repeated. */
const seed = Number(process.env['LANE_SEED'] ?? Date.now() % 2 ** 31);
const runs = Number(process.env['LANE_RUNS'] ?? 250);

const COMMON = ['tools/call', 'tools/list', 'resources/read', 'prompts/get'].flatMap((method) => [
  `${method} of 2025`,
  `${method} of 2026`,
]);
/** So many requests of a kind cannot all be such that the lane leaves them to Express. */
const MANY = 15;

it.each<[string, number, Record<string, string>]>([
  ['with a token', runs, {}],
  ['without one, with AUTH_MODE=none', Math.ceil(runs / 4), { AUTH_MODE: 'none', MCP_AUTH_TOKEN: '' }],
])(
  'whatever a client sends %s, the fast lane answers byte for byte as Express does, and logs and counts the same',
  { timeout: 60_000 + runs * 1000 },
  async (who, numRuns, environment) => {
    onlyOnFile('A proxy in front hides what a server sends.');
    console.log(`LANE_SEED=${seed} LANE_RUNS=${runs} (${who})`);
    const pair = await startPair(environment);
    onTestFinished(() => pair.stop());
    const lanes = new Map<string, unknown[]>(COMMON.map((ordinary) => [ordinary, []]));
    const sameAnswers = fc.asyncProperty(
      fc.array(request, { minLength: 1, maxLength: 5 }),
      fc.constantFrom(...WAYS),
      async (requests, way) => {
        for (const { request, answer } of await expectSame(pair, requests, way)) {
          if (!answer?.status.includes(' 200 ')) continue;
          lanes.get(request.ordinary ?? '')?.push(lineOf(pair.fast, answer)?.['lane']);
        }
      },
    );
    await fc.assert(sameAnswers, { seed, numRuns });
    const [fast, slow] = await pair.counts();
    expect(fast).toEqual(slow);

    // Otherwise two servers without the lane would be compared.
    for (const [ordinary, taken] of lanes)
      if (taken.length >= MANY) expect(taken, ordinary).toContain('fast');
    const all = [...lanes.values()].flat();
    expect(all.filter((lane) => lane === 'fast').length / all.length).toBeGreaterThan(0.7);
    expect(pair.slow.logs.filter(({ lane }) => lane !== undefined)).toEqual([]);

    // Calls that are over are no longer counted, and a server that stops says so.
    await Promise.all([pair.fast.drain(), pair.slow.drain()]);
    for (const way of WAYS) await expectSame(pair, fc.sample(request, { seed, numRuns: 5 }), way);
  },
);
