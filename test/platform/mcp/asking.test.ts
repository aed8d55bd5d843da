import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { McpServer } from '@modelcontextprotocol/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { definePrompt, defineTool, inputRequired } from '../../../src/platform/mcp/define.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { connectLegacy, connectModern } from '../../support/app/clients.js';
import { SERVICE_TOKEN } from '../../support/app/port.js';
import { askSdkAlone } from '../../support/app/sdk-alone.js';

const described = { title: 'T', description: 'D', scopes: ['notes:read'] as [string] };
const form = { message: 'Name?', requestedSchema: z.object({ name: z.string() }) };
const elicitation = {
  message: 'Name?',
  requestedSchema: { type: 'object' as const, properties: { name: { type: 'string' as const } } },
};
const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: 'Hi' } }];
const sampling = { messages, maxTokens: 10 };

const questions = {
  elicits: (sdk) => sdk.mcpReq.elicitInput(elicitation),
  samples: (sdk) => sdk.mcpReq.requestSampling(sampling),
  'sends elicitation': (sdk) => sdk.mcpReq.send({ method: 'elicitation/create', params: elicitation }),
  'sends sampling': (sdk) => sdk.mcpReq.send({ method: 'sampling/createMessage', params: sampling }),
  'asks for roots': (sdk) => sdk.mcpReq.send({ method: 'roots/list' }),
  'asks for something of its own': (sdk) => sdk.mcpReq.send({ method: 'x/y' }, z.object({})),
} satisfies Record<string, (sdk: Sdk) => Promise<unknown>>;
type Sdk = Parameters<Parameters<typeof defineTool>[0]['handler']>[1]['sdk'];

const tools = Object.entries(questions).map(([name, ask]) =>
  defineTool({
    ...described,
    name: name.replaceAll(' ', '_'),
    handler: async (_args, { sdk }) => JSON.stringify(await ask(sdk)),
  }),
);
const forms = defineTool({
  ...described,
  name: 'returns_a_form',
  handler: () => inputRequired({ inputRequests: { name: inputRequired.elicit(form) } }),
});
const prompt = definePrompt({
  ...described,
  name: 'asking',
  get: async (_args, { sdk }) => JSON.stringify(await sdk.mcpReq.send({ method: 'roots/list' })),
});

/** Long enough that a test that waits for it fails. */
const TIMEOUT = '600000';

let app: TestApp;
beforeAll(async () => {
  const content = { tools: [...tools, forms], prompts: [prompt] };
  app = await startApp(content, { TOOL_TIMEOUT_MS: TIMEOUT, ENABLE_SSE: 'true' });
});
afterAll(() => app.stop());

async function connectSse(capabilities: object): Promise<Client> {
  const client = new Client({ name: 'c', version: '1' }, { capabilities });
  const headers = { Authorization: `Bearer ${SERVICE_TOKEN}` };
  await client.connect(
    new SSEClientTransport(new URL('/sse', app.url), { requestInit: { headers } }) as never,
  );
  return client;
}

const everything = { elicitation: { form: {} }, sampling: {}, roots: {} };
const clients = {
  'a client of the 2025 era at /mcp': () =>
    connectLegacy(app.mcpUrl, undefined, { capabilities: everything }),
  'a client of 2026-07-28': () =>
    connectModern(app.mcpUrl, undefined, undefined, { capabilities: everything }),
  'a client at /sse that declares nothing': () => connectSse({}),
};

describe.each(Object.entries(clients))('%s', (who, connect) => {
  const names = tools.map(({ name }) => name).filter((name) => who.includes('2025') || !name.includes('own'));

  it.each(names)('is told at once that it cannot be asked, and the log says why (%s)', async (name) => {
    const client = await connect();
    const result = await client.callTool({ name, arguments: {} });
    await client.close();
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('needs an answer from the client') }],
    });
    expect(app.logs).toContainEqual(
      expect.objectContaining({
        level: 40,
        tool: name,
        msg: expect.stringContaining('the client cannot be asked'),
        err: expect.objectContaining({ message: expect.any(String) }),
      }),
    );
  });
});

it('a form that cannot be shown is refused in the same words', async () => {
  const client = await connectLegacy(app.mcpUrl, undefined, { capabilities: everything });
  const result = await client.callTool({ name: 'returns_a_form', arguments: {} });
  expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('over SSE') }] });
  await expect(client.getPrompt({ name: 'asking' })).rejects.toThrow('needs an answer from the client');
  await client.close();
});

it('a client at /sse that declares what it can do is asked', async () => {
  const client = await connectSse(everything);
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { name: 'Ada' } }));
  client.setRequestHandler(CreateMessageRequestSchema, () => ({
    role: 'assistant',
    model: 'm',
    content: { type: 'text', text: 'Ada' },
  }));
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///Ada' }] }));
  for (const name of ['elicits', 'samples', 'sends_elicitation', 'sends_sampling', 'asks_for_roots']) {
    const result = await client.callTool({ name });
    expect(result).toMatchObject({ content: [{ text: expect.stringContaining('Ada') }] });
  }
  await client.close();
});

it('the SDK still checks capabilities in one place; when this fails, look for its successor', () => {
  const { server } = new McpServer({ name: 's', version: '1' });
  expect(server).toHaveProperty('assertCapabilityForMethod');
});

it('the SDK alone sends a question that nobody can answer; when this fails, the work-around can go', async () => {
  const asks = (server: McpServer) =>
    server.registerTool('asks', {}, async ({ mcpReq }) => {
      await mcpReq.send({ method: 'roots/list' });
      return { content: [] };
    });
  expect(await askSdkAlone(asks, 'tools/call', { name: 'asks' })).toMatchObject({ method: 'roots/list' });
});
