import { isRecord } from '../json.js';

/** Methods of the protocol itself, whose optional members are never nullable. Extensions may define others. */
const PROTOCOL_METHOD =
  /^(initialize|ping|(completion|logging|notifications|prompts|resources|server|subscriptions|tasks|tools)\/.*)$/;

/** The prefix of the `_meta` keys whose values the protocol defines. */
const PROTOCOL_KEY = 'io.modelcontextprotocol/';

/**
 * Takes the null members out of a JSON-RPC message, in place. Languages that write every field of a type send null for
 * what is not given, and the schemas of the protocol know no null.
 *
 * What is free in form keeps its nulls: the arguments of a tool, whose schema decides (`arguments.ts`),
 * values below a member of the client's own in `_meta`, and the params of extensions. `id` and `result` are never
 * touched themselves, because null has a meaning there (JSON-RPC 2.0 sections 4.2 and 5).
 */
export function omitNulls(message: Record<string, unknown>): void {
  const { method, params, result } = message;
  if (params === null) delete message['params'];
  if (isRecord(params)) omitFromParams(params, typeof method === 'string' ? method : '');
  // The answer to a form: its optional members, and the fields left empty.
  if (isRecord(result)) omit(result, 2);
}

function omitFromParams(params: Record<string, unknown>, method: string): void {
  const { _meta: meta } = params;
  if (meta === null) delete params['_meta'];
  if (isRecord(meta)) omitFromMeta(meta);
  if (!PROTOCOL_METHOD.test(method)) return;
  omit(params, 1);
  for (const [name, value] of Object.entries(params)) {
    if (name === '_meta' || (name === 'arguments' && method === 'tools/call')) continue;
    // Reaches the answers to forms, and the fields left empty in them, but not what a model wrote.
    omit(value, name === 'inputResponses' ? 3 : Number.POSITIVE_INFINITY);
  }
}

function omitFromMeta(meta: Record<string, unknown>): void {
  omit(meta, 1);
  for (const [name, value] of Object.entries(meta)) {
    if (name.startsWith(PROTOCOL_KEY)) omit(value, Number.POSITIVE_INFINITY);
  }
}

/** Takes the null members out of the objects on so many levels. Elements of an array stay: they have a place. */
function omit(value: unknown, levels: number): void {
  if (levels === 0 || typeof value !== 'object' || value === null) return;
  const members = value as Record<string, unknown>;
  for (const [name, member] of Object.entries(members)) {
    if (member === null && !Array.isArray(value)) delete members[name];
    else omit(member, levels - 1);
  }
}
