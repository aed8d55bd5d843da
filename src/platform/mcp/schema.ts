import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import { z } from 'zod';

/**
 * A zod schema as the SDK takes it, with its JSON Schemas made once. The SDK builds a server for every request and
 * would convert the schemas of all tools again each time.
 *
 * @throws at start when the schema has no JSON Schema form, such as one with a transform in its output
 */
export function compileSchema(schema: z.ZodType): StandardSchemaWithJSON {
  const json = { input: toJson(schema, 'input'), output: toJson(schema, 'output') };
  return {
    '~standard': {
      version: 1,
      vendor: 'zod',
      validate: (value) => schema['~standard'].validate(value),
      jsonSchema: { input: () => json.input, output: () => json.output },
    },
  };
}

function toJson(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  return { ...z.toJSONSchema(schema, { target: 'draft-2020-12', io }) };
}
