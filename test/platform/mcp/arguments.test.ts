import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { compileInputSchema } from '../../../src/platform/mcp/arguments.js';

/** Returns what a handler gets of these arguments, or what is wrong with them. */
async function given(schema: z.ZodType, args: unknown): Promise<unknown> {
  const result = await compileInputSchema(schema, 'x')['~standard'].validate(args);
  if (result.issues === undefined) return result.value;
  return result.issues.map(({ path, message }) => `${path?.join('.')}: ${message}`).join('; ');
}

describe('a null', () => {
  it.each<[string, z.ZodType, unknown, unknown]>([
    ['optional text', z.object({ a: z.string().optional() }), { a: null }, {}],
    ['optional text with a rule', z.object({ a: z.string().min(3).optional() }), { a: null }, {}],
    ['a default', z.object({ a: z.number().default(7) }), { a: null }, { a: 7 }],
    ['one of several values', z.object({ a: z.enum(['x', 'y']).optional() }), { a: null }, {}],
    ['a list', z.object({ a: z.array(z.string()).optional() }), { a: null }, {}],
    ['what is converted to text', z.object({ a: z.coerce.string().optional() }), { a: null }, {}],
    ['what is converted to a number', z.object({ a: z.coerce.number().optional() }), { a: null }, {}],
    ['what is converted to a flag', z.object({ a: z.coerce.boolean().optional() }), { a: null }, {}],
    ['several types', z.object({ a: z.union([z.string(), z.number()]).optional() }), { a: null }, {}],
    [
      'an object in an object',
      z.object({ a: z.object({ b: z.string().optional() }) }),
      { a: { b: null } },
      { a: {} },
    ],
    [
      'an object in a list',
      z.object({ a: z.array(z.object({ b: z.string().optional() })) }),
      { a: [{ b: null }, { b: 'x' }] },
      { a: [{}, { b: 'x' }] },
    ],
    [
      'an object in a record',
      z.object({ a: z.record(z.string(), z.object({ b: z.string().optional() })) }),
      { a: { x: { b: null } } },
      { a: { x: {} } },
    ],
    ['an undeclared argument of a strict schema', z.strictObject({}), { a: null }, {}],
  ])('for %s means that it is not given', async (_what, schema, args, expected) => {
    expect(await given(schema, args)).toEqual(expected);
  });

  it.each<[string, z.ZodType, unknown]>([
    ['a nullable argument', z.object({ a: z.string().nullable() }), { a: null }],
    ['an optional nullable argument', z.object({ a: z.string().nullish() }), { a: null }],
    ['a nullable argument that is converted', z.object({ a: z.coerce.string().nullable() }), { a: null }],
    ['a nullable default', z.object({ a: z.string().nullable().default('x') }), { a: null }],
    ['null itself', z.object({ a: z.null() }), { a: null }],
    ['a fixed null', z.object({ a: z.literal([1, null]).optional() }), { a: null }],
    ['anything', z.object({ a: z.unknown() }), { a: null }],
    ['anything at all', z.object({ a: z.any().optional() }), { a: { b: null } }],
    ['JSON', z.object({ a: z.json() }), { a: { b: null, c: [null] } }],
    ['a free record', z.object({ a: z.record(z.string(), z.unknown()) }), { a: { b: null } }],
    ['the elements of a list', z.object({ a: z.array(z.string().nullable()) }), { a: [null, 'x'] }],
    ['an undeclared argument of a loose schema', z.looseObject({}), { a: null }],
  ])('for %s is kept', async (_what, schema, args) => {
    expect(await given(schema, args)).toEqual(args);
  });

  it.each<[string, z.ZodType, unknown, string]>([
    [
      'a required argument',
      z.object({ a: z.string() }),
      { a: null },
      'a: Invalid input: expected string, received null',
    ],
    [
      'one that is converted',
      z.object({ a: z.coerce.string() }),
      { a: null },
      'a: Invalid input: expected string, received null',
    ],
    [
      'one deep inside',
      z.object({ a: z.object({ b: z.number() }) }),
      { a: { b: null } },
      'a.b: Invalid input: expected number, received null',
    ],
    [
      'an element of a list',
      z.object({ a: z.array(z.coerce.string()) }),
      { a: [null] },
      'a.0: Invalid input: expected string, received null',
    ],
  ])('for %s is refused by its name', async (_what, schema, args, message) => {
    expect(await given(schema, args)).toBe(message);
  });

  it('is judged by the kind of object it is in', async () => {
    const schema = z.object({
      a: z.discriminatedUnion('type', [
        z.object({ type: z.literal('one'), b: z.string().optional() }),
        z.object({ type: z.literal('two'), b: z.string().nullable() }),
      ]),
    });
    expect(await given(schema, { a: { type: 'one', b: null } })).toEqual({ a: { type: 'one' } });
    expect(await given(schema, { a: { type: 'two', b: null } })).toEqual({ a: { type: 'two', b: null } });
  });

  it('is judged the same way in a schema that contains itself', async () => {
    const node = z.object({
      name: z.string().optional(),
      get children() {
        return z.array(node).optional();
      },
    });
    const tree = { name: null, children: [{ name: 'x', children: null }] };
    expect(await given(node, tree)).toEqual({ children: [{ name: 'x' }] });
  });
});

it.each([[{}], [[1]], [{ toString: 'x' }]])('%j is not converted to text', async (value) => {
  const schema = z.object({ a: z.coerce.string().optional() });
  expect(await given(schema, { a: value })).toMatch(
    /^a: Invalid input: expected string, received (array|object)$/,
  );
  expect(await given(schema, { a: 5 })).toEqual({ a: '5' });
});

it('a name that every object inherits is an argument like any other, and changes nothing else', async () => {
  const args = JSON.parse(
    '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"a":null}',
  );
  expect(await given(z.object({ a: z.string().optional() }), args)).toEqual({});
  const free = z.record(z.string(), z.unknown());
  expect(Object.keys((await given(free, args)) as object)).toContain('constructor');
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

it('arguments without a null reach the handler as they are', async () => {
  const schema = z.object({ a: z.json().optional(), b: z.record(z.string(), z.json()).optional() });
  const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<z.core.util.JSONType>;
  await fc.assert(
    fc.asyncProperty(fc.record({ a: json, b: fc.dictionary(fc.string(), json) }), async (args) => {
      expect(await given(schema, args)).toEqual(await schema.parseAsync(args));
    }),
    { numRuns: 50 },
  );
});
