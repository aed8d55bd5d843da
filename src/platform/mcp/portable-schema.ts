import { isRecord } from '../json.js';
import { portablePattern } from './portable-pattern.js';

/** A JSON Schema, or a part of one. */
export type JsonSchema = Record<string, unknown>;

/**
 * The keywords that the converters of OpenAI and Gemini both know, and what a schema that contains itself needs. The
 * others are left out: what is advertised may allow more than the server accepts, never less, because the server checks
 * every value itself.
 */
const KEYWORDS = new Set([
  ...['type', 'title', 'description', 'enum', 'anyOf', '$ref', '$defs'],
  ...['properties', 'required', 'additionalProperties', 'items', 'minItems', 'maxItems'],
  ...['minLength', 'maxLength', 'pattern', 'format', 'minimum', 'maximum'],
]);

/** Formats that say something to a model. Gemini takes none of them but `date-time`, so they go into the description. */
const TOLD_FORMATS = ['email', 'uri', 'uuid', 'date', 'time', 'duration', 'hostname', 'ipv4', 'ipv6'];

/**
 * Rewrites the JSON Schema that zod makes so that strict converters take it: those of OpenAI (structured outputs), of
 * Gemini (a subset of OpenAPI 3.0), and clients that compile patterns with RE2, Go or Rust.
 *
 * @param io `input` for arguments, where `null` means the same as leaving an optional one out
 * @param where names the schema in errors
 * @throws {TypeError} naming the place of a pattern that has no portable form
 */
export function portableSchema(schema: JsonSchema, io: 'input' | 'output', where: string): JsonSchema {
  const { allOf = [], ...own } = schema;
  const node = (allOf as JsonSchema[]).reduce(merge, { ...own });
  const notes: string[] = [];
  const inside = (part: unknown, place: string) =>
    portableSchema(part as JsonSchema, io, `${where}/${place}`);
  const each = (parts: unknown, place: string) =>
    Object.fromEntries(
      Object.entries((parts ?? {}) as JsonSchema).map(([name, part]) => [
        name,
        inside(part, `${place}/${name}`),
      ]),
    );

  if ('default' in node) notes.push(`Default: ${JSON.stringify(node['default'])}.`);
  if ('oneOf' in node) node['anyOf'] = node['oneOf'];
  if ('const' in node) node['enum'] = [node['const']];
  if ('properties' in node) node['properties'] = each(node['properties'], 'properties');
  if ('$defs' in node) node['$defs'] = each(node['$defs'], '$defs');
  if (isRecord(node['additionalProperties'])) {
    node['additionalProperties'] = inside(node['additionalProperties'], 'additionalProperties');
  }
  if (Array.isArray(node['prefixItems'])) node['items'] = elementOf(node['prefixItems'], node['items']);
  if (isRecord(node['items'])) node['items'] = inside(node['items'], 'items');
  if (Array.isArray(node['anyOf'])) {
    node['anyOf'] = node['anyOf'].map((part, index) => inside(part, `anyOf/${index}`));
  }
  if (typeof node['pattern'] === 'string') node['pattern'] = patternOf(node, where);
  if (TOLD_FORMATS.includes(String(node['format']))) notes.push(`Format: ${node['format']}.`);
  if (node['format'] !== 'date-time') delete node['format'];
  // OpenAI takes an object without properties only if it is closed. The specification of MCP recommends the same for
  // tools without arguments. It is a promise of what clients need to send, not a check: the server ignores the rest.
  if (node['type'] === 'object' && Object.keys(node['properties'] ?? {}).length === 0) {
    node['additionalProperties'] ??= false;
  }
  boundNumbers(node);
  const known = Object.entries(node).filter(([key, value]) => KEYWORDS.has(key) && value !== undefined);
  const plain = splitTypes(Object.fromEntries(known), notes);
  if (io === 'input') dropNulls(plain);
  if (notes.length > 0) plain['description'] = describe(plain['description'], notes);
  return plain;
}

/** Returns one schema for all elements of a tuple; `undefined` for an empty one. */
function elementOf(first: unknown[], rest: unknown): JsonSchema | undefined {
  const kinds = unique(isRecord(rest) ? [...first, rest] : first) as JsonSchema[];
  return kinds.length > 1 ? { anyOf: kinds } : kinds[0];
}

/** Adds sentences to a description, which may end without a full stop. */
function describe(description: unknown, notes: string[]): string {
  if (typeof description !== 'string' || description === '') return notes.join(' ');
  return [description.replace(/([^.!?])$/, '$1.'), ...notes].join(' ');
}

/**
 * Adds a part of `allOf`. Where both say something about the same keyword, the first one wins, which allows more than both
 * together. Members are the exception: those of one part must not be refused by the other.
 */
function merge(node: JsonSchema, part: JsonSchema): JsonSchema {
  const merged = { ...part, ...node };
  if (part['properties'] && node['properties']) {
    merged['properties'] = { ...(part['properties'] as object), ...(node['properties'] as object) };
  }
  if (part['required'] && node['required']) {
    merged['required'] = unique([...(node['required'] as string[]), ...(part['required'] as string[])]);
  }
  // The members of the second union would be missing in the first.
  if (part['anyOf'] && node['anyOf']) delete merged['anyOf'];
  const others = [node, part].map((each) => each['additionalProperties']);
  if (others.includes(undefined)) delete merged['additionalProperties'];
  else merged['additionalProperties'] = others.find((each) => each !== false) ?? false;
  return merged;
}

/** Returns the portable form of a pattern. One that belongs to a format may be left out, since the format is named. */
function patternOf(node: JsonSchema, where: string): string | undefined {
  try {
    return portablePattern(String(node['pattern']));
  } catch (error) {
    if (node['format'] !== undefined) return undefined;
    const problem = error instanceof Error ? error.message : String(error);
    throw new TypeError(
      `${where}: ${problem}, which many clients cannot read. Use .refine() for what is left`,
    );
  }
}

/** Writes exclusive bounds as inclusive ones, and leaves out those that every safe integer keeps. */
function boundNumbers(node: JsonSchema): void {
  const step = node['type'] === 'integer' ? 1 : 0;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = node;
  if (typeof exclusiveMinimum === 'number') {
    node['minimum'] = Math.max(exclusiveMinimum + step, Number(minimum ?? Number.NEGATIVE_INFINITY));
  }
  if (typeof exclusiveMaximum === 'number') {
    node['maximum'] = Math.min(exclusiveMaximum - step, Number(maximum ?? Number.POSITIVE_INFINITY));
  }
  if (node['minimum'] === Number.MIN_SAFE_INTEGER) delete node['minimum'];
  if (node['maximum'] === Number.MAX_SAFE_INTEGER) delete node['maximum'];
}

/** Keywords that describe a schema as a whole, whatever types it allows. */
const COMMON = new Set(['title', 'description', 'type', 'enum', '$defs']);

/** Gives every type a schema of its own, because Gemini reads only one, and lists values only of strings. */
function splitTypes(node: JsonSchema, notes: string[]): JsonSchema {
  const values = node['enum'] as unknown[] | undefined;
  const types = Array.isArray(node['type'])
    ? node['type']
    : (node['type'] ?? unique(values?.map(typeOf) ?? []));
  if (!Array.isArray(types)) return withValues(node, String(types), values, notes);
  if (types.length === 0) return node;
  const common = Object.entries(node).filter(([key]) => COMMON.has(key));
  const special = Object.entries(node).filter(([key]) => !COMMON.has(key));
  const { type: _type, enum: _enum, ...outside } = Object.fromEntries(common);
  const anyOf = types.map((type) => {
    const own = values?.filter((value) => typeOf(value) === type);
    return withValues({ ...(type !== 'null' && Object.fromEntries(special)), type }, type, own, notes);
  });
  return { ...outside, anyOf };
}

/** Restricts a schema of one type to these values, as far as converters let it. */
function withValues(
  node: JsonSchema,
  type: string,
  values: unknown[] | undefined,
  notes: string[],
): JsonSchema {
  if (values === undefined || values.length === 0) return node;
  if (type === 'string') return { ...node, enum: values };
  const { enum: _enum, ...rest } = node;
  if (type === 'null') return rest;
  notes.push(`Always ${values.map((value) => JSON.stringify(value)).join(' or ')}.`);
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length === 0) return rest;
  return { ...rest, minimum: Math.min(...numbers), maximum: Math.max(...numbers) };
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

/** Leaves `null` out of the types of optional properties. */
function dropNulls(node: JsonSchema): void {
  const properties = (node['properties'] ?? {}) as Record<string, JsonSchema>;
  const required = (node['required'] ?? []) as string[];
  for (const [name, { anyOf, ...rest }] of Object.entries(properties)) {
    if (required.includes(name) || !Array.isArray(anyOf)) continue;
    const left = anyOf.filter(({ type }) => type !== 'null');
    if (left.length === anyOf.length || left.length === 0) continue;
    properties[name] = left.length === 1 ? { ...left[0], ...rest } : { ...rest, anyOf: left };
  }
}

function unique<T>(values: T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
