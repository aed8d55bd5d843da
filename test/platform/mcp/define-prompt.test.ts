import type { Client } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { acceptedContent, definePrompt, inputRequired } from '../../../src/platform/mcp/define.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { connectLegacy, connectModern } from '../../support/app/clients.js';

const described = { title: 'T', description: 'D', scopes: ['notes:read'] as [string] };
const argsSchema = z.object({ city: z.string().optional(), street: z.string().optional() });
const prompts = [
  definePrompt({
    ...described,
    name: 'address',
    argsSchema,
    complete: {
      city: (typed) => ['Oslo', 'Rome'].filter((city) => city.startsWith(typed)),
      street: (typed, _context, { city }) => [`${typed} of ${city}`],
    },
    get: ({ city }) => `Write to ${city ?? 'somebody'}`,
  }),
  definePrompt({
    ...described,
    name: 'asks',
    get: async (_args, { canElicit, sealState, openState, sdk }) => {
      if (!canElicit) return 'cannot ask';
      if (openState<string>() === undefined) {
        const requestedSchema = z.object({ name: z.string() });
        return inputRequired({
          inputRequests: { name: inputRequired.elicit({ message: 'Name?', requestedSchema }) },
          requestState: await sealState('asked'),
        });
      }
      return `${openState()}: ${acceptedContent(sdk.mcpReq.inputResponses, 'name')?.['name']}`;
    },
  }),
  definePrompt({
    ...described,
    name: 'locked',
    scopes: ['notes:write'],
    argsSchema,
    complete: { city: () => ['SECRET'] },
    get: () => 'SECRET',
  }),
];
const user = { kind: 'user' as const, id: 'u', name: 'U', scopes: ['notes:read'], clientId: 'c' };

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ prompts }, {}, { verifiers: [(token) => (token === 'user' ? user : undefined)] });
});
afterAll(() => app.stop());

describe.each([
  ['2026-07-28', connectModern],
  ['2025-11-25', connectLegacy],
] as const)('in %s, a prompt', (_era, connect) => {
  let client: Awaited<ReturnType<typeof connectModern>>;
  beforeAll(async () => {
    client = (await connect(app.mcpUrl, 'user')) as typeof client;
  });
  afterAll(() => client.close());
  const complete = (
    name: string,
    argument: { name: string; value: string },
    others?: Record<string, string>,
  ) =>
    client.complete({
      ref: { type: 'ref/prompt', name },
      argument,
      ...(others && { context: { arguments: others } }),
    });

  it('becomes one user message, with and without arguments', async () => {
    expect(await client.getPrompt({ name: 'address' })).toMatchObject({
      messages: [{ role: 'user', content: { type: 'text', text: 'Write to somebody' } }],
    });
    expect(await client.getPrompt({ name: 'address', arguments: { city: 'Rome' } })).toMatchObject({
      messages: [{ content: { text: 'Write to Rome' } }],
    });
  });

  it('completes an argument, knowing the others', async () => {
    expect((await complete('address', { name: 'city', value: 'O' })).completion.values).toEqual(['Oslo']);
    const street = await complete('address', { name: 'street', value: 'Main' }, { city: 'Rome' });
    expect(street.completion.values).toEqual(['Main of Rome']);
  });

  it('whose scope is missing is closed, including its completions', async () => {
    await expect(client.getPrompt({ name: 'locked' })).rejects.toThrow();
    await expect(complete('locked', { name: 'city', value: '' })).rejects.toThrow(/notes:write/);
  });
});

describe('a prompt that asks its user', () => {
  const messageOf = async (client: Pick<Client, 'getPrompt'>) =>
    (await client.getPrompt({ name: 'asks' })).messages[0]?.content;

  it('gets the answer in the next round', async () => {
    const client = await connectModern(app.mcpUrl, 'user', undefined, {
      capabilities: { elicitation: { form: {} } },
    });
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { name: 'Ada' } }));
    expect(await messageOf(client)).toMatchObject({ text: 'asked: Ada' });
    await client.close();
  });

  it('knows when the client cannot ask', async () => {
    const client = await connectModern(app.mcpUrl, 'user');
    expect(await messageOf(client)).toMatchObject({ text: 'cannot ask' });
    await client.close();
  });
});
