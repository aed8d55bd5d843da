import { expect, it } from 'vitest';
import { tools } from '../../src/tools/index.js';
import { foreignPatterns, refusedByGemini, refusedByOpenAi } from '../support/app/converters.js';

it('OpenAI and Gemini take every tool in strict mode', () => {
  for (const { name, inputSchema } of tools) {
    const refusals = [...refusedByOpenAi(inputSchema), ...refusedByGemini(inputSchema)];
    expect({ name, refusals, patterns: foreignPatterns(inputSchema) }).toEqual({
      name,
      refusals: [],
      patterns: [],
    });
  }
});
