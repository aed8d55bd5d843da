import { once } from 'node:events';
import { inputRequired } from '@modelcontextprotocol/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineTool, structured, ToolError, toolError } from '../../../src/platform/mcp/define.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { connectLegacy, connectModern, post } from '../../support/app/clients.js';

const described = { title: 'T', description: 'D', scopes: ['notes:read'] as [string] };
let cancelReason: unknown;
let began = () => {};

const tools = [
  defineTool({ ...described, name: 'text', handler: () => 'plain text' }),
  defineTool({
    ...described,
    name: 'blocks',
    handler: () => ({
      content: [
        { type: 'image', data: 'AAAA', mimeType: 'image/png' },
        { type: 'audio', data: 'AAAA', mimeType: 'audio/ogg' },
        { type: 'resource', resource: { uri: 'test://a', text: 'embedded' } },
        { type: 'resource_link', uri: 'test://b', name: 'link' },
      ],
    }),
  }),
  defineTool({
    ...described,
    name: 'progress',
    handler: async (_args, { reportProgress }) => {
      await reportProgress(1, 2, 'half');
      await reportProgress(2, 2);
      return 'done';
    },
  }),
  defineTool({
    ...described,
    name: 'endless',
    handler: async (_args, { signal }) => {
      began();
      await once(signal, 'abort');
      cancelReason = signal.reason;
      return 'never seen';
    },
  }),
  defineTool({
    ...described,
    name: 'fails',
    handler: () => {
      throw new Error('password=S3CRET');
    },
  }),
  defineTool({
    ...described,
    name: 'refuses',
    handler: () => {
      throw new ToolError('Ask for less');
    },
  }),
  defineTool({
    ...described,
    name: 'wrong_output',
    outputSchema: z.object({ n: z.number() }),
    handler: () => structured({ n: 'no number' as unknown as number }),
  }),
  defineTool({
    ...described,
    name: 'no_output',
    outputSchema: z.object({ n: z.number() }),
    handler: () => 'only text' as never,
  }),
];

let app: TestApp;
/** The same with a time limit so short that only a waiting tool exceeds it. */
let shortLimitApp: TestApp;
beforeAll(async () => {
  app = await startApp({ tools });
  shortLimitApp = await startApp({ tools }, { TOOL_TIMEOUT_MS: '500' });
});
afterAll(() => Promise.all([app.stop(), shortLimitApp.stop()]));

describe.each([
  ['2026-07-28', connectModern],
  ['2025-11-25', connectLegacy],
] as const)('in %s, a tool', (_era, connect) => {
  let client: Awaited<ReturnType<typeof connectModern>>;
  beforeAll(async () => {
    client = (await connect(app.mcpUrl)) as typeof client;
  });
  afterAll(() => client.close());

  it('answers text in one line', async () => {
    expect((await client.callTool({ name: 'text' })).content).toEqual([{ type: 'text', text: 'plain text' }]);
  });

  it('answers every kind of content', async () => {
    const { content } = await client.callTool({ name: 'blocks' });
    expect(content.map(({ type }) => type)).toEqual(['image', 'audio', 'resource', 'resource_link']);
  });

  it('reports progress', async () => {
    const seen: unknown[] = [];
    const call = { name: 'progress' };
    await client.callTool(
      call,
      ...(progressOptions(connect === connectLegacy, (step) => seen.push(step)) as []),
    );
    expect(seen).toEqual([
      { progress: 1, total: 2, message: 'half' },
      { progress: 2, total: 2 },
    ]);
  });

  it('is stopped at the time limit, and the answer says what to do', async () => {
    const hurried = await connect(shortLimitApp.mcpUrl);
    const result = await hurried.callTool({ name: 'endless' });
    await hurried.close();
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/0\.5 seconds.*Try again/) }],
    });
    expect(cancelReason).toMatchObject({ name: 'TimeoutError' });
  });

  it('that throws shows a reference, and the log has the stack under it', async () => {
    const result = await client.callTool({ name: 'fails' });
    expect(result.isError).toBe(true);
    const text = JSON.stringify(result.content);
    expect(text).not.toContain('S3CRET');
    const reference = /reference: (\w+)/.exec(text)?.[1];
    const line = app.logs.find((entry) => entry['reference'] === reference);
    expect(line).toMatchObject({
      tool: 'fails',
      requestId: expect.any(String),
      err: { stack: expect.stringContaining('at ') },
    });
  });

  it('that refuses shows its own message', async () => {
    expect(await client.callTool({ name: 'refuses' })).toMatchObject({
      isError: true,
      content: [{ text: 'Ask for less' }],
    });
  });

  it.each([
    ['wrong_output', /expected number.*at n/s],
    ['no_output', /expected object/],
  ])(
    'whose answer does not match its output schema (%s) fails like one that throws',
    async (name, problem) => {
      const result = await client.callTool({ name });
      expect(result.isError).toBe(true);
      const reference = /reference: (\w+)/.exec(JSON.stringify(result.content))?.[1];
      const line = app.logs.find((entry) => entry['reference'] === reference);
      expect(line).toMatchObject({ tool: name, err: { message: expect.stringMatching(problem) } });
      expect(JSON.stringify(result)).not.toContain('expected');
    },
  );
});

/** The 1.x client takes a result schema before the options. */
function progressOptions(legacy: boolean, onprogress: (step: unknown) => void): unknown[] {
  return legacy ? [undefined, { onprogress }] : [{ onprogress }];
}

it('is told when a client cancels', async () => {
  const client = await connectModern(app.mcpUrl);
  const cancel = new AbortController();
  cancelReason = undefined;
  const running = new Promise<void>((resolve) => {
    began = resolve;
  });
  const call = client.callTool({ name: 'endless' }, { signal: cancel.signal });
  await running;
  cancel.abort('no longer needed');
  await expect(call).rejects.toThrow();
  await expect.poll(() => cancelReason).toBeDefined();
  expect(cancelReason).not.toMatchObject({ name: 'TimeoutError' });
  await client.close();
});

it('a missing scope is 403 with the scopes the tool needs', async () => {
  const write = defineTool({
    ...described,
    name: 'write',
    scopes: ['notes:read', 'notes:write'],
    handler: () => 'written',
  });
  const caller = { kind: 'user' as const, id: 'u', name: 'U', scopes: ['notes:read'], clientId: 'c' };
  const limited = await startApp({ tools: [write] }, {}, { verifiers: [() => caller] });
  const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'write', arguments: {} } };
  const response = await post(limited.mcpUrl, body, { Authorization: 'Bearer user-token' });
  expect(response.status).toBe(403);
  const challenge = response.headers.get('www-authenticate');
  expect(challenge).toContain('error="insufficient_scope"');
  expect(challenge).toContain('scope="notes:read notes:write"');
  expect(challenge).toContain(`resource_metadata="${limited.url}/.well-known/oauth-protected-resource/mcp"`);
  await limited.stop();
});

it('the compiler holds a handler to the output schema', () => {
  const numbered = { ...described, name: 'numbered', outputSchema: z.object({ n: z.number() }) };
  const allowed = [
    defineTool({ ...numbered, handler: () => structured({ n: 1 }) }),
    defineTool({ ...numbered, handler: async () => toolError('No number today') }),
    defineTool({ ...numbered, handler: () => inputRequired({ requestState: 'more' }) }),
    defineTool({ ...described, name: 'free', handler: () => ({ content: [] }) }),
  ];
  const refused = [
    // @ts-expect-error the content is of another type
    defineTool({ ...numbered, handler: () => structured({ n: 'one' }) }),
    // @ts-expect-error the content is missing
    defineTool({ ...numbered, handler: () => structured({}) }),
    // @ts-expect-error text is not structured
    defineTool({ ...numbered, handler: () => 'one' }),
    // @ts-expect-error there is no structured content
    defineTool({ ...numbered, handler: () => ({ content: [] }) }),
  ];
  expect([...allowed, ...refused]).toHaveLength(8);
});
