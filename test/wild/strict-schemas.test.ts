import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { defineTool, mediaOutputSchema, mediaResult } from '../../src/platform/mcp/define.js';
import { startApp } from '../support/app/app.js';
import { connectLegacy, connectModern } from '../support/app/clients.js';
import { foreignPatterns, refusedByGemini, refusedByOpenAi, schemasIn } from '../support/app/converters.js';
import { type FixtureApp, startFixture } from '../support/app/fixture.js';

/** A tool with everything that a fork may write in a schema. */
const everything = defineTool({
  name: 'everything',
  title: 'Everything',
  description: 'Takes everything',
  inputSchema: z.object({
    optional: z.string().optional(),
    nullish: z.string().min(2).nullish(),
    nullable: z.number().nullable(),
    either: z.union([z.string(), z.number()]),
    choice: z.enum(['a', 'b']).nullable(),
    level: z.literal([1, 2, 5]),
    always: z.literal(true),
    mixed: z.literal(['auto', 0]),
    kind: z.discriminatedUnion('is', [
      z.object({ is: z.literal('cat'), lives: z.int().positive() }),
      z.object({ is: z.literal('dog') }),
    ]),
    count: z.int(),
    size: z.number().positive().multipleOf(0.5).default(2),
    pair: z.tuple([z.string(), z.number()]),
    email: z.email(),
    site: z.url(),
    when: z.iso.datetime(),
    day: z.iso.date(),
    wait: z.iso.duration(),
    host: z.hostname(),
    face: z.emoji(),
    id: z.uuid().describe('Which one'),
    code: z
      .string()
      .startsWith('A')
      .regex(/^[A-Z\u00c4/[]+$/),
    word: z.string().regex(/^yes$/i),
    empty: z.object({}),
    number: z.string().transform(Number).optional(),
  }),
  outputSchema: mediaOutputSchema,
  scopes: ['notes:read'],
  handler: () =>
    mediaResult({
      text: 'x',
      media: [{ type: 'image', url: 'https://example.com/a.png', filename: 'a.png' }],
    }),
});

let app: FixtureApp;
beforeAll(async () => {
  app = await startFixture();
});
afterAll(() => app.stop());

it.each([
  ['2026-07-28', connectModern],
  ['2025-11-25', connectLegacy],
])('OpenAI and Gemini take every tool in strict mode, as listed in %s', async (_era, connect) => {
  const forked = await startApp({ tools: [everything] });
  for (const { mcpUrl } of [app, forked]) {
    const client = await connect(mcpUrl);
    const { tools } = await client.listTools();
    await client.close();
    for (const { name, inputSchema, outputSchema } of tools) {
      expect({ name, refusals: refusedByOpenAi(inputSchema) }).toEqual({ name, refusals: [] });
      expect({ name, refusals: refusedByGemini(inputSchema) }).toEqual({ name, refusals: [] });
      for (const schema of [inputSchema, outputSchema ?? {}]) {
        expect(schema).not.toHaveProperty('$schema');
        expect(foreignPatterns(schema)).toEqual([]);
      }
    }
  }
  await forked.stop();
});

it('a model still learns about defaults, formats and fixed values, which are no keywords any more', () => {
  const properties = everything.inputSchema['properties'] as Record<string, { description?: string }>;
  const described = Object.entries(properties).map(([name, { description }]) => [name, description]);
  expect(Object.fromEntries(described)).toMatchObject({
    size: 'Default: 2.',
    site: 'Format: uri.',
    wait: 'Format: duration.',
    id: 'Which one. Format: uuid.',
    level: 'Always 1 or 2 or 5.',
  });
});

it('null is advertised only where an argument is required', () => {
  expect(everything.inputSchema['properties']).toMatchObject({
    nullish: { type: 'string', minLength: 2 },
    nullable: { anyOf: [{ type: 'number' }, { type: 'null' }] },
    choice: { anyOf: [{ type: 'string', enum: ['a', 'b'] }, { type: 'null' }] },
  });
});

it('a bound says what the server accepts, for whole numbers exactly', () => {
  const found = Object.fromEntries(
    [...schemasIn(everything.inputSchema)].map(([node, place]) => [place, node]),
  );
  expect(found['/properties/kind/anyOf/0/properties/lives']).toEqual({ type: 'integer', minimum: 1 });
  expect(found['/properties/count']).toEqual({ type: 'integer' });
  expect(found['/properties/size']).toMatchObject({ type: 'number', minimum: 0 });
});
