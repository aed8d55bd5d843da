import type { StandardSchemaV1, StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { inlineReferences } from './inline-references.js';
import { type JsonSchema, portableSchema } from './portable-schema.js';

/** A zod schema that is ready for the SDK. */
export interface CompiledSchema extends StandardSchemaWithJSON {
  /** What clients see. */
  json: JsonSchema;
  /** The defaults of its properties, which are not in `json`. */
  defaults: Record<string, unknown>;
}

/**
 * Wraps a zod schema for the SDK, converted to JSON Schema once. Because every request gets a new server, the SDK would
 * otherwise convert the schemas each time.
 *
 * @param io whether the schema describes what clients send or what they get
 * @param where names the schema in errors, such as `Tool roll_dice: inputSchema`
 * @throws {TypeError} naming the place that has no form in JSON Schema, or a pattern that other languages cannot read
 */
export function compileSchema(schema: z.ZodType, io: 'input' | 'output', where: string): CompiledSchema {
  const { json: whole, runsCode } = toJson(schema, io, where);
  const full = inlineReferences(whole);
  const json = portableSchema(full, io, where);
  return {
    json,
    defaults: defaultsOf(full),
    '~standard': {
      version: 1,
      vendor: 'zod',
      // Quicker, but ends the process when it meets a check that is asynchronous and fails: nobody handles the rejection.
      validate: runsCode ? (value) => validateAsync(schema, value) : schema['~standard'].validate,
      jsonSchema: { input: () => json, output: () => json },
    },
  };
}

async function validateAsync(schema: z.ZodType, value: unknown): Promise<StandardSchemaV1.Result<unknown>> {
  const { data, error } = await schema.safeParseAsync(value);
  return error ? { issues: error.issues } : { value: data };
}

/** Kinds of zod schemas that have no form in JSON Schema, with what to use instead. */
const UNREPRESENTABLE: Record<string, string> = {
  bigint: 'z.int(), or z.string() for more digits',
  date: 'z.iso.date() or z.iso.datetime()',
  map: 'z.record() or an array of objects',
  set: 'an array',
  transform: 'a schema without .transform()',
  custom: 'a schema that describes the value, with .refine() for the rest',
  symbol: 'z.string()',
  undefined: '.optional()',
  void: '.optional()',
  nan: 'z.number()',
  function: 'z.string()',
};

/** Converts a schema to JSON Schema, and finds out whether it runs code of whoever wrote it. */
function toJson(
  schema: z.ZodType,
  io: 'input' | 'output',
  where: string,
): { json: JsonSchema; runsCode: boolean } {
  let runsCode = false;
  const json = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    // The library would refuse them without saying where they are.
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema, path }) {
      const { def } = zodSchema._zod;
      const kind = kindOf(def);
      const instead = UNREPRESENTABLE[kind];
      if (instead !== undefined) {
        const place = [where, ...path].join('/');
        throw new TypeError(`${place}: ${kind} has no form in JSON Schema. Use ${instead}`);
      }
      // JSON Schema has no flags. Without them, the pattern could refuse what the schema accepts.
      if (patternsOf(def).some(({ flags }) => /[ims]/.test(flags))) {
        delete jsonSchema.pattern;
        delete jsonSchema.allOf;
      }
      // Transforms are the second half of a pipe.
      runsCode ||= kind === 'pipe' || (def.checks ?? []).some(({ _zod }) => _zod.def.check === 'custom');
    },
  });
  return { json: { ...json }, runsCode };
}

function patternsOf({ checks = [] }: z.core.$ZodTypeDef): RegExp[] {
  return checks
    .map(({ _zod }) => _zod.def as { pattern?: unknown })
    .map(({ pattern }) => pattern)
    .filter((pattern) => pattern instanceof RegExp);
}

function kindOf(def: z.core.$ZodTypeDef): string {
  if (def.type !== 'literal') return def.type;
  const { values } = def as z.core.$ZodLiteralDef<z.core.util.Literal>;
  return values.map((value) => typeof value).find((type) => type in UNREPRESENTABLE) ?? def.type;
}

function defaultsOf({
  properties = {},
}: {
  properties?: Record<string, JsonSchema>;
}): Record<string, unknown> {
  const entries = Object.entries(properties).filter(([, property]) => 'default' in property);
  return Object.fromEntries(entries.map(([name, property]) => [name, property['default']]));
}
