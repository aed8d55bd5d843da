import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import { z } from 'zod';

/**
 * Wraps a zod schema for the SDK, converted to JSON Schema once. Because every request gets a new server, the SDK would
 * otherwise convert the schemas each time.
 *
 * @throws when the schema has no JSON Schema form, such as one with a transform in its output
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
