/** The tool that every server of the benchmark has: `roll_dice` of the example. */
import { randomInt } from 'node:crypto';
import { z } from 'zod';

export const name = 'roll_dice';

/** Makes the definition of a tool of its own. */
export const definitionOf = () => ({
  title: 'Roll dice',
  description: 'Rolls one fair die. Use it for games and random choices.',
  inputSchema: z.object({
    sides: z.number().int().min(2).max(1000).default(6).describe('How many sides the die has'),
  }),
  outputSchema: z.object({ sides: z.number().int(), result: z.number().int() }),
  annotations: { readOnlyHint: true, openWorldHint: false },
});

/** The definition, made once. */
export const definition = definitionOf();

/** @returns {{ content: { type: 'text', text: string }[], structuredContent: { sides: number, result: number } }} */
export function roll({ sides }) {
  const structuredContent = { sides, result: randomInt(1, sides + 1) };
  return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent };
}

/** Answers a `tools/call` without any of MCP's rules. */
export function answerTo({ id, params }) {
  return { jsonrpc: '2.0', id, result: roll(params.arguments) };
}
