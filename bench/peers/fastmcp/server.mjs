/** `roll_dice` with fastmcp (npm): stateless, answers as JSON, no authentication, no log. */
import { randomInt } from 'node:crypto';
import { FastMCP } from 'fastmcp';
import { z } from 'zod';

const server = new FastMCP({ name: 'fastmcp', version: '1.0.0' });
server.addTool({
  name: 'roll_dice',
  description: 'Rolls one fair die. Use it for games and random choices.',
  parameters: z.object({
    sides: z.number().int().min(2).max(1000).default(6).describe('How many sides the die has'),
  }),
  outputSchema: z.object({ sides: z.number().int(), result: z.number().int() }),
  annotations: { title: 'Roll dice', readOnlyHint: true, openWorldHint: false },
  execute: async ({ sides }) => {
    const structuredContent = { sides, result: randomInt(1, sides + 1) };
    return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent };
  },
});
await server.start({
  transportType: 'httpStream',
  httpStream: {
    host: '127.0.0.1',
    port: Number(process.env.PORT),
    stateless: true,
    enableJsonResponse: true,
  },
});
