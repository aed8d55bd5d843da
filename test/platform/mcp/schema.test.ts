import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { definePrompt, defineTool } from '../../../src/platform/mcp/define.js';
import { compileSchema } from '../../../src/platform/mcp/schema.js';

const described = { title: 'T', description: 'D', scopes: ['notes:read'] as [string] };

describe('a schema that clients could not read stops the start, naming the tool and the place', () => {
  it.each([
    ['a look-ahead', z.string().regex(/^(?!-)/), /uses a look-around/],
    ['a look-behind', z.string().regex(/(?<=a)b/), /uses a look-around/],
    ['a reference to a group', z.string().regex(/(a)\1/), /uses a reference to a group/],
    ['a named group', z.string().regex(/(?<year>\d+)/), /uses a named group/],
    ['a script', z.string().regex(/\p{Script=Greek}/u), /uses a property other than/],
    ['what is no pattern with the flag u', z.string().regex(/a{/), /Invalid regular expression/],
    ['a bigint', z.bigint(), /bigint has no form in JSON Schema. Use z.int\(\)/],
    ['a literal bigint', z.literal(5n), /bigint has no form/],
    ['a date', z.date().describe('The day'), /date has no form in JSON Schema. Use z.iso.date\(\)/],
    ['a map', z.map(z.string(), z.string()), /map has no form/],
    ['a custom check', z.custom(), /custom has no form/],
  ])('%s', (_what, field, problem) => {
    const inputSchema = z.object({ deep: z.array(z.object({ field: field as z.ZodType })) });
    const place = /^(Tool|Prompt) sample: \w+Schema\/properties\/deep\/items\/properties\/field: /;
    const tool = () => defineTool({ ...described, name: 'sample', inputSchema, handler: () => '' });
    expect(tool).toThrow(place);
    expect(tool).toThrow(problem);
    const output = () =>
      defineTool({ ...described, name: 'sample', outputSchema: inputSchema, handler: () => ({}) as never });
    expect(output).toThrow(place);
    expect(output).toThrow(problem);
    const prompt = () =>
      definePrompt({ ...described, name: 'sample', argsSchema: inputSchema, get: () => '' });
    expect(prompt).toThrow(place);
  });

  it('an output that is transformed, though not an input', () => {
    const schema = z.object({ length: z.string().transform(Number) });
    expect(() => compileSchema(schema, 'output', 'x')).toThrow(
      /^x\/properties\/length: transform has no form/,
    );
    expect(compileSchema(schema, 'input', 'x').json['properties']).toEqual({ length: { type: 'string' } });
  });
});

it('a property may be called like a keyword', () => {
  const schema = z.object({ default: z.string(), pattern: z.string(), $schema: z.string().optional() });
  expect(compileSchema(schema, 'input', 'x').json).toMatchObject({
    properties: { default: { type: 'string' }, pattern: { type: 'string' }, $schema: { type: 'string' } },
  });
});

it('parts of an intersection are one object', () => {
  const both = z.intersection(z.object({ a: z.string() }), z.looseObject({ b: z.string() }));
  expect(compileSchema(z.object({ both }), 'input', 'x').json['properties']).toMatchObject({
    both: { properties: { a: { type: 'string' }, b: { type: 'string' } }, required: ['a', 'b'] },
  });
});

describe('a check that asks something else, such as the database', () => {
  const down = () => Promise.reject(new Error('database down'));
  const checked = z.string().refine(down);

  // The run fails at a rejection that nobody handles, which would end a server.
  it.each([
    ['of a field', z.object({ id: checked })],
    ['of an optional field', z.object({ id: checked.optional() })],
    ['of the whole', z.object({ id: z.string() }).superRefine(down)],
    ['of an element', z.array(z.object({ id: checked })), [{ id: 'a' }]],
    ['of a member of a record', z.record(z.string(), checked)],
    ['of an option', z.object({ id: z.union([z.number(), checked]) })],
    ['of what is added to an object', z.object({}).extend({ id: checked })],
    ['of a lazy field', z.object({ id: z.lazy(() => checked) })],
    ['of a part', z.intersection(z.object({ id: checked }), z.object({}))],
  ])(
    '%s makes the call fail when it fails, and nothing else',
    async (_what, schema, value: unknown = { id: 'a' }) => {
      for (const io of ['input', 'output'] as const) {
        const { validate } = compileSchema(schema, io, 'x')['~standard'];
        await expect(validate(value)).rejects.toThrow('database down');
      }
    },
  );

  it('in a transform makes the call fail when it fails, and nothing else', async () => {
    const { validate } = compileSchema(z.object({ id: z.string().transform(down) }), 'input', 'x')[
      '~standard'
    ];
    await expect(validate({ id: 'a' })).rejects.toThrow('database down');
  });

  it('refuses a value, and accepts another', async () => {
    const even = z.number().refine(async (n) => n % 2 === 0, 'Use an even number');
    const { validate } = compileSchema(z.object({ n: even.default(2) }), 'input', 'x')['~standard'];
    expect(await validate({ n: 1 })).toMatchObject({
      issues: [{ path: ['n'], message: 'Use an even number' }],
    });
    expect(await validate({})).toEqual({ value: { n: 2 } });
  });
});

it('other schemas answer at once', () => {
  const { validate } = compileSchema(z.object({ n: z.number().int().default(1) }), 'output', 'x')[
    '~standard'
  ];
  expect(validate({})).toEqual({ value: { n: 1 } });
});
