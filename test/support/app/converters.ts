/** A place that a converter does not take, and why. */
type Refusal = string;

type Node = Record<string, unknown>;

/** Visits every schema inside a schema, with its place. Names of properties are not keywords. */
export function* schemasIn(schema: unknown, place = ''): Generator<[Node, string]> {
  if (typeof schema !== 'object' || schema === null) return;
  const node = schema as Node;
  yield [node, place];
  for (const key of ['properties', 'patternProperties', '$defs', 'definitions']) {
    for (const [name, part] of Object.entries((node[key] ?? {}) as Node)) {
      yield* schemasIn(part, `${place}/${key}/${name}`);
    }
  }
  for (const key of ['items', 'additionalProperties', 'propertyNames', 'not', 'contains']) {
    yield* schemasIn(node[key], `${place}/${key}`);
  }
  for (const key of ['anyOf', 'oneOf', 'allOf', 'prefixItems']) {
    for (const [index, part] of Object.entries((node[key] ?? []) as Node[])) {
      yield* schemasIn(part, `${place}/${key}/${index}`);
    }
  }
}

const OPENAI_FORMATS = [
  ...['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid'],
];
const OPENAI_REFUSES = [
  ...['default', 'oneOf', 'allOf', 'not', 'const', 'propertyNames', 'patternProperties', 'prefixItems'],
  ...['$schema', 'uniqueItems', 'contains', 'dependentRequired', 'dependentSchemas', 'if', 'then', 'else'],
];

/**
 * Lists what strict mode of OpenAI refuses in a tool's input schema. These are the rules of its documentation of
 * structured outputs, and of the converter of openai-agents 0.24, which closes objects and requires every property.
 */
export function refusedByOpenAi(schema: unknown): Refusal[] {
  const refusals: Refusal[] = [];
  for (const [node, place] of schemasIn(schema)) {
    const isObject = [node['type']].flat().includes('object');
    if (place === '' && node['type'] !== 'object') refusals.push('the root is no object');
    const isEmpty = Object.keys((node['properties'] ?? {}) as Node).length === 0;
    if (isObject && isEmpty && node['additionalProperties'] !== false) refusals.push(`${place}: open object`);
    if (isObject && ![undefined, false].includes(node['additionalProperties'] as never)) {
      refusals.push(`${place}: additional properties`);
    }
    if (node['format'] !== undefined && !OPENAI_FORMATS.includes(String(node['format']))) {
      refusals.push(`${place}: format ${node['format']}`);
    }
    if (node['$ref'] !== undefined && Object.keys(node).length > 1)
      refusals.push(`${place}: keys beside $ref`);
    for (const key of OPENAI_REFUSES.filter((key) => key in node)) refusals.push(`${place}: ${key}`);
  }
  return refusals;
}

/** The fields of `Schema` in the Gemini API. `additionalProperties` is what every converter leaves out. */
const GEMINI_FIELDS = [
  ...['type', 'format', 'title', 'description', 'nullable', 'enum', 'items', 'maxItems', 'minItems'],
  ...[
    'properties',
    'required',
    'propertyOrdering',
    'minProperties',
    'maxProperties',
    'minLength',
    'maxLength',
  ],
  ...['pattern', 'example', 'anyOf', 'default', 'minimum', 'maximum', 'additionalProperties'],
];

/** Lists what the Gemini API refuses in the parameters of a function, which are a subset of OpenAPI 3.0. */
export function refusedByGemini(schema: unknown): Refusal[] {
  const refusals: Refusal[] = [];
  for (const [node, place] of schemasIn(schema)) {
    for (const key of Object.keys(node).filter((key) => !GEMINI_FIELDS.includes(key))) {
      refusals.push(`${place}: ${key}`);
    }
    if (Array.isArray(node['type'])) refusals.push(`${place}: several types`);
    if (node['type'] === 'string' && ![undefined, 'enum', 'date-time'].includes(node['format'] as never)) {
      refusals.push(`${place}: format ${node['format']}`);
    }
    if (node['enum'] !== undefined && node['type'] !== 'string')
      refusals.push(`${place}: enum of no strings`);
    if (
      [node['minimum'], node['maximum']].some((bound) => Math.abs(Number(bound)) >= Number.MAX_SAFE_INTEGER)
    ) {
      refusals.push(`${place}: bound beyond the safe integers`);
    }
  }
  return refusals;
}

/** Lists the patterns of a schema that RE2, and with it Go and Python's google-re2, cannot compile. */
export function foreignPatterns(schema: unknown): string[] {
  return [...schemasIn(schema)]
    .map(([{ pattern }]) => String(pattern ?? ''))
    .filter((pattern) => /\(\?<?[=!]|\(\?<|\\[1-9ku]|\\[pP]\{[^}]{3}/.test(pattern));
}
