import { afterAll, beforeAll, expect, it } from 'vitest';
import { rollDice } from '../../src/tools/roll-dice.js';
import type { TestApp } from '../support/app/app.js';
import { connectModern } from '../support/app/clients.js';
import { startShop } from '../support/app/tools.js';

let app: TestApp;
beforeAll(async () => {
  app = await startShop(rollDice);
});
afterAll(() => app.stop());

it('shows every side, and no other', async () => {
  const client = await connectModern(app.mcpUrl, 'alice');
  const seen = new Set<unknown>();
  // A fair coin that falls 60 times on one side comes once in 10^18 runs.
  for (let roll = 0; roll < 60; roll += 1) {
    const { structuredContent } = await client.callTool({ name: 'roll_dice', arguments: { sides: 2 } });
    seen.add((structuredContent as { result: number }).result);
  }
  expect([...seen].toSorted()).toEqual([1, 2]);
  expect((await client.callTool({ name: 'roll_dice' })).structuredContent).toMatchObject({ sides: 6 });
  for (const sides of [1, 1001, 2.5]) {
    expect(await client.callTool({ name: 'roll_dice', arguments: { sides } })).toMatchObject({
      isError: true,
    });
  }
  await client.close();
});
