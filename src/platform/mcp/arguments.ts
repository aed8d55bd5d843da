import { z } from 'zod';
import { isRecord } from '../json.js';
import type { Issue } from './issues.js';
import { type CompiledSchema, compileSchema } from './schema.js';

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

/** The schema that allows nothing. */
const NOTHING: Json = { enum: [] };

/** Marks a member that was not given. */
const LEFT_OUT = Symbol('left out');

/**
 * Wraps the schema of arguments for the SDK. A null counts as not given where the schema has the argument optional and
 * does not allow null, at any depth. Many clients send null for what the model leaves out.
 *
 * Schemas that convert values to their type, such as `z.coerce.string()`, get only values with a sensible form in that
 * type. Otherwise the texts "null" and "[object Object]" would reach the handler.
 *
 * @param where names the schema in errors
 * @throws {TypeError} as `compileSchema` does
 */
export function compileInputSchema(schema: z.ZodType, where: string): CompiledSchema {
  const compiled = compileSchema(schema, 'input', where);
  const { validate } = compiled['~standard'];
  let converts = false;
  const json = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override({ zodSchema: { _zod }, jsonSchema }) {
      if ('coerce' in _zod.def && _zod.def.coerce === true) converts = jsonSchema['converts'] = true;
    },
  }) as Json;
  return {
    ...compiled,
    '~standard': {
      ...compiled['~standard'],
      validate(value) {
        // Most calls end here, in a fraction of the time.
        if (!converts && !holdsNull(value)) return validate(value);
        const { given, issues } = readArguments(json, value);
        return issues.length > 0 ? { issues } : validate(given);
      },
    },
  };
}

function holdsNull(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === null;
  return Object.values(value).some(holdsNull);
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
      const elements = options.filter(({ items, prefixItems }) => items ?? prefixItems);
      if (elements.length === 0) return value;
      return value.map((item, index) =>
        read(
          elements.flatMap(({ prefixItems, items }) => prefixItems?.[index] ?? items ?? []),
          item,
          [...path, index],
        ),
      );
    } else if (isRecord(value)) {
      return readMembers(fitting(options, value), value, path);
    }
    return value;
  }

  function readMembers(options: Json[], value: Record<string, unknown>, path: PropertyKey[]): unknown {
    let isChanged = false;
    const members = declaredIn(options, value).map((name) => {
      const schemas = options.flatMap((option) => memberOf(option, name) ?? []);
      const isNull = value[name] === null && schemas.length > 0;
      const isOptional = options.some(({ required = [] }) => !required.includes(name));
      const isLeftOut = isNull && isOptional && !schemas.some((schema) => allowsNull(schema, root));
      const member = isLeftOut ? LEFT_OUT : read(schemas, value[name], [...path, name]);
      isChanged ||= member !== value[name];
      return [name, member] as const;
    });
    if (!isChanged) return value;
    const given = Object.entries({ ...value, ...Object.fromEntries(members) });
    return Object.fromEntries(given.filter(([, member]) => member !== LEFT_OUT));
  }
}

/** Returns the names of the members that a schema may say something about. */
function declaredIn(options: Json[], value: Record<string, unknown>): string[] {
  if (options.some(({ additionalProperties }) => additionalProperties !== undefined))
    return Object.keys(value);
  const names = new Set(options.flatMap(({ properties = {} }) => Object.keys(properties)));
  return [...names].filter((name) => Object.hasOwn(value, name));
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
