/** `roll_dice` with mcp-use (npm): no authentication, no log. */
import { randomInt } from 'node:crypto';
import { MCPServer } from 'mcp-use';
import { z } from 'zod';

const server = new MCPServer({ name: 'mcp-use', version: '1.0.0', logging: { enabled: false } });
server.tool(
  {
    name: 'roll_dice',
    title: 'Roll dice',
    description: 'Rolls one fair die. Use it for games and random choices.',
    inputSchema: z.object({
      sides: z.number().int().min(2).max(1000).default(6).describe('How many sides the die has'),
    }),
    outputSchema: z.object({ sides: z.number().int(), result: z.number().int() }),
    annotations: { readOnlyHint: true, openWorldHint: false },
  },
  async ({ sides }) => {
    const structuredContent = { sides, result: randomInt(1, sides + 1) };
    return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent };
  },
);
await server.listen(Number(process.env.PORT), { host: '127.0.0.1' });
