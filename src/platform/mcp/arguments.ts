import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { isRecord } from './call.js';
import type { Issue } from './issues.js';
import { compileSchema } from './schema.js';

/** What this file reads of a JSON Schema. */
interface Json {
  $ref?: string;
  $defs?: Record<string, Json>;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, Json>;
  required?: string[];
  additionalProperties?: Json | boolean;
  prefixItems?: Json[];
  items?: Json;
  anyOf?: Json[];
  oneOf?: Json[];
  allOf?: Json[];
  /** Whether the schema converts any value to its type. Set here, not part of JSON Schema. */
  converts?: true;
}

/** What may be given where nothing is allowed. */
const NOTHING: Json = { enum: [] };

/**
 * Wraps the schema of arguments for the SDK. A null counts as not given where the schema has the argument optional and
 * does not allow null, at any depth. Many clients send null for what the model leaves out.
 *
 * Schemas that convert values to their type, such as `z.coerce.string()`, get only values with a sensible form in that
 * type. Otherwise the texts "null" and "[object Object]" would reach the handler.
 */
export function compileInputSchema(schema: z.ZodType): StandardSchemaWithJSON {
  const compiled = compileSchema(schema)['~standard'];
  const json = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override({ zodSchema: { _zod }, jsonSchema }) {
      if ('coerce' in _zod.def && _zod.def.coerce === true) jsonSchema['converts'] = true;
    },
  }) as Json;
  return {
    '~standard': {
      ...compiled,
      validate(value) {
        const { given, issues } = readArguments(json, value);
        return issues.length > 0 ? { issues } : compiled.validate(given);
      },
    },
  };
}

/** Takes out the nulls that mean "not given", and finds values that must not be converted. */
function readArguments(root: Json, value: unknown): { given: unknown; issues: Issue[] } {
  const issues: Issue[] = [];
  return { given: read([root], value, []), issues };

  // Goes as deep as the value, whose depth is limited when it is parsed.
  function read(schemas: Json[], value: unknown, path: PropertyKey[]): unknown {
    if (typeof value !== 'object') return value;
    const options = schemas.flatMap((schema) => optionsOf(schema, root));
    if (options.length > 0 && options.every(({ converts }) => converts)) {
      const received = value === null ? 'null' : Array.isArray(value) ? 'array' : 'object';
      issues.push({ path, message: `Invalid input: expected ${options[0]?.type}, received ${received}` });
    } else if (Array.isArray(value)) {
      return value.map((item, index) => {
        const elements = options.flatMap(({ prefixItems, items }) => prefixItems?.[index] ?? items ?? []);
        return read(elements, item, [...path, index]);
      });
    } else if (isRecord(value)) {
      return readMembers(fitting(options, value), value, path);
    }
    return value;
  }

  function readMembers(options: Json[], value: Record<string, unknown>, path: PropertyKey[]): unknown {
    const members = Object.entries(value).flatMap(([name, member]) => {
      const schemas = options.flatMap((option) => memberOf(option, name) ?? []);
      const isOptional = options.some(({ required = [] }) => !required.includes(name));
      const isAllowed = schemas.length === 0 || schemas.some((schema) => allowsNull(schema, root));
      if (member === null && isOptional && !isAllowed) return [];
      return [[name, read(schemas, member, [...path, name])] as const];
    });
    return Object.fromEntries(members);
  }
}

/** Returns the schemas one of which applies: a union is taken apart, and references are followed. */
function optionsOf(schema: Json, root: Json, seen = new Set<Json>()): Json[] {
  if (seen.has(schema)) return [];
  seen.add(schema);
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace('#/$defs/', '');
    const target = schema.$ref === '#' ? root : root.$defs?.[name];
    return target === undefined ? [] : optionsOf(target, root, seen);
  }
  const parts = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return parts.length === 0 ? [schema] : parts.flatMap((part) => optionsOf(part, root, seen));
}

/** Returns the options that a value may be meant for, by the members with a fixed value such as `type`. */
function fitting(options: Json[], value: Record<string, unknown>): Json[] {
  const fit = options.filter(({ properties = {} }) =>
    Object.entries(properties).every(
      ([name, { const: fixed }]) => fixed === undefined || fixed === value[name],
    ),
  );
  return fit.length > 0 ? fit : options;
}

/** Returns the schema of a member; `undefined` when the schema does not say anything about it. */
function memberOf({ properties = {}, additionalProperties }: Json, name: string): Json | undefined {
  if (Object.hasOwn(properties, name)) return properties[name];
  if (additionalProperties === false) return NOTHING;
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

function allowsNull(schema: Json, root: Json): boolean {
  return optionsOf(schema, root).some((option) => {
    if ('const' in option) return option.const === null;
    if (option.enum !== undefined) return option.enum.includes(null);
    return option.type === undefined || [option.type].flat().includes('null');
  });
}
