import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { icons } from '../icons.js';
import { defineTool, structured } from '../platform/mcp/define.js';

export const rollDice = defineTool({
  name: 'roll_dice',
  title: 'Roll dice',
  description: 'Rolls one fair die. Use it for games and random choices.',
  inputSchema: z.object({
    sides: z.number().int().min(2).max(1000).default(6).describe('How many sides the die has'),
  }),
  outputSchema: z.object({ sides: z.number().int(), result: z.number().int() }),
  annotations: { readOnlyHint: true, openWorldHint: false },
  icons: icons.dice,
  scopes: ['read'],
  handler: ({ sides }) => structured({ sides, result: randomInt(1, sides + 1) }),
});
