import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineTool } from '../../../src/platform/mcp/define.js';
import { compileSchema } from '../../../src/platform/mcp/schema.js';
import { startApp } from '../../support/app/app.js';
import { connectLegacy, connectModern } from '../../support/app/clients.js';
import { refusedByGemini, refusedByOpenAi } from '../../support/app/converters.js';

const point = z.object({ x: z.number() }).meta({ id: 'Point' });
const line = z.object({ from: point, to: point.describe('The end') }).meta({ id: 'Line' });

const described = { title: 'T', description: 'D', scopes: ['notes:read'] as [string] };

/** Kinds of schemas, each with what a handler returns and what a client gets. */
const OUTPUTS: [string, z.ZodType, unknown, unknown][] = [
  ['an object with members that nobody declared', z.object({ a: z.string() }), { a: 'x', b: 1 }, { a: 'x' }],
  ['an object without members', z.object({}), { b: 1 }, {}],
  ['a default', z.object({ a: z.string().default('x') }), {}, { a: 'x' }],
  ['a default of null', z.object({ a: z.string().nullable().default(null) }), {}, { a: null }],
  ['a default within', z.object({ a: z.number().prefault(1) }).prefault({}), undefined, { a: 1 }],
  ['what is caught', z.number().catch(0), 'none', 0],
  ['what is converted', z.coerce.number(), '5', 5],
  ['what is converted to another type', z.string().transform(Number).pipe(z.number()), '5', 5],
  ['a text that is trimmed', z.string().trim().max(1), ' x ', 'x'],
  ['a tuple of any length', z.tuple([z.string()], z.number()), ['x', 1, 2], ['x', 1, 2]],
  ['an empty tuple', z.tuple([]), [], []],
  [
    'an object and a record',
    z.intersection(z.object({ a: z.string() }), z.record(z.string(), z.string())),
    { a: 'x', b: 'y' },
    { a: 'x', b: 'y' },
  ],
  [
    'two unions of objects',
    z.intersection(
      z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]),
      z.union([z.object({ c: z.string() }), z.object({ d: z.string() })]),
    ),
    { a: 'x', d: 'y' },
    { a: 'x', d: 'y' },
  ],
];

it.each([
  ['2026-07-28', connectModern],
  ['2025-11-25', connectLegacy],
])('the official client takes every answer that a tool may give, in %s', async (_era, connect) => {
  const tools = OUTPUTS.map(([, field, value], index) =>
    defineTool({
      ...described,
      name: `tool_${index}`,
      outputSchema: z.object({ field }),
      handler: () => ({ content: [], structuredContent: { field: value } }),
    }),
  );
  const app = await startApp({ tools });
  const client = await connect(app.mcpUrl);
  await client.listTools();
  for (const [index, [kind, , , expected]] of OUTPUTS.entries()) {
    const { isError = false, structuredContent } = await client.callTool({ name: `tool_${index}` });
    expect({ kind, isError, structuredContent }).toEqual({
      kind,
      isError: false,
      structuredContent: { field: expected },
    });
  }
  await client.close();
  await app.stop();
});

it.each<[string, z.ZodType, unknown]>([
  ['a tuple of any length', z.tuple([z.string()], z.number()), ['x', 1, 2]],
  ['an empty tuple', z.tuple([]), []],
  ['several types with a default', z.union([z.string(), z.number()]).default(5), 'x'],
  ['a list that may be null', z.array(z.string()).min(1).nullable(), ['x']],
  ['a multiple that may be null', z.number().multipleOf(5).nullable(), 10],
  ['a schema with an id', line.optional().describe('A line'), { from: { x: 1 }, to: { x: 2 } }],
  ['a list of them', z.array(point), [{ x: 1 }]],
  ['a text that may be null', z.string().nullable().default(null), 'x'],
])('%s has a schema that converters take, and that takes its values', (_kind, field, value) => {
  const { json } = compileSchema(z.object({ field }), 'input', 'x');
  expect(refusedByOpenAi(json)).toEqual([]);
  expect(refusedByGemini(json)).toEqual([]);
  expect(new Ajv2020().validate(json, { field: value })).toBe(true);
});

it('a schema that contains itself stays a reference, and takes its values', () => {
  const node = z
    .object({
      at: point,
      get next() {
        return node.optional();
      },
    })
    .meta({ id: 'Node' });
  const { json } = compileSchema(z.object({ node }), 'input', 'x');
  const validate = new Ajv2020().compile(json);
  expect(Object.keys(json['$defs'] as object)).toEqual(['Node']);
  expect(validate({ node: { at: { x: 1 }, next: { at: { x: 2 } } } })).toBe(true);
  expect(validate({ node: { at: { x: 1 }, next: { at: {} } } })).toBe(false);
});
