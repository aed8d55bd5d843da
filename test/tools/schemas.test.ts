import { expect, it } from 'vitest';
import { tools } from '../../src/tools/index.js';
import { foreignPatterns, refusedByGemini, refusedByOpenAi } from '../support/app/converters.js';

it.each(tools.map(({ name, inputSchema }) => [name, inputSchema] as const))(
  'OpenAI and Gemini take %s in strict mode',
  (_name, inputSchema) => {
    expect(refusedByOpenAi(inputSchema)).toEqual([]);
    expect(refusedByGemini(inputSchema)).toEqual([]);
    expect(foreignPatterns(inputSchema)).toEqual([]);
  },
);
