import { expect, it } from 'vitest';
import { rollDice } from '../../src/tools/roll-dice.js';
import { startTools } from '../support/tools/start-tools.js';

const { call } = await startTools({ tools: [rollDice] });

it('shows every side and nothing else', async () => {
  const seen = new Set<unknown>();
  // A fair coin lands on the same side 60 times in a row once in 10^18 runs.
  for (let roll = 0; roll < 60; roll += 1) {
    const { structuredContent } = await call('roll_dice', { sides: 2 });
    seen.add((structuredContent as { result: number }).result);
  }
  expect([...seen].toSorted()).toEqual([1, 2]);
  expect((await call('roll_dice')).structuredContent).toMatchObject({ sides: 6 });
  for (const sides of [1, 1001, 2.5])
    expect(await call('roll_dice', { sides })).toMatchObject({ isError: true });
});
