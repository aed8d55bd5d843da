import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import type { ServerContent } from '../../../src/platform/mcp/content.js';
import {
  acceptedContent,
  definePrompt,
  defineResource,
  defineResourceTemplate,
  defineTool,
  type HandlerContext,
  inputRequired,
  ResourceNotFoundError,
  structured,
  ToolError,
  toolError,
} from '../../../src/platform/mcp/define.js';
import { unavailable } from '../../../src/platform/store/faults.js';

const described = { title: 'T', description: 'D', scopes: ['notes:read'] as [string] };

/** Everything a handler can see of its request, in a form that can be compared. */
function seen({ caller, canElicit, openState, siteUrl, sdk }: HandlerContext): Record<string, unknown> {
  const { id, method, _meta, envelope, inputResponses, droppedInputResponseKeys } = sdk.mcpReq;
  const request = sdk.http?.req;
  return {
    caller,
    canElicit,
    siteUrl,
    state: openState(),
    mcpReq: { id, method, _meta, envelope, inputResponses, droppedInputResponseKeys },
    sessionId: sdk.sessionId,
    aborted: sdk.mcpReq.signal.aborted,
    http: request && {
      method: request.method,
      // The two servers of a comparison have different ports.
      url: request.url.replace(/:\d+/, ':PORT'),
      headers: [...request.headers].map(([name, value]) => [
        name,
        value.replace(/(localhost|127\.0\.0\.1):\d+/, '$1:PORT'),
      ]),
    },
    authInfo: sdk.http?.authInfo && { ...sdk.http.authInfo },
  };
}

const context = defineTool({
  ...described,
  name: 'context',
  inputSchema: z.object({ turns: z.number().int().min(0).max(20).default(0) }),
  // Others get their turn before and after, so that what is shared between requests would show.
  handler: async ({ turns }, context) => {
    for (let turn = 0; turn < turns; turn++) await nextTurn();
    const first = JSON.stringify(seen(context));
    await nextTurn();
    return `${first}${first === JSON.stringify(seen(context)) ? '' : ' and changed'}`;
  },
});

const echo = defineTool({
  ...described,
  name: 'echo',
  inputSchema: z.object({
    text: z.string().max(2000).optional(),
    number: z.number().min(-5).max(1e9).optional(),
    whole: z.int().optional(),
    choice: z.enum(['a', 'b']).default('a'),
    nullable: z.string().nullable().optional(),
    coerced: z.coerce.string().optional(),
    list: z.array(z.string()).optional(),
    inner: z.object({ deep: z.object({ deeper: z.boolean().optional() }).optional() }).optional(),
    map: z.record(z.string(), z.number()).optional(),
    free: z.unknown().optional(),
    either: z.union([z.number(), z.object({ kind: z.literal('x') })]).optional(),
  }),
  handler: (args) => JSON.stringify(args),
});

const required = defineTool({
  ...described,
  name: 'required',
  inputSchema: z.object({ a: z.string(), b: z.number() }),
  outputSchema: z.object({ a: z.string(), twice: z.number(), unit: z.string().default('m') }),
  annotations: { readOnlyHint: true },
  handler: ({ a, b }) => structured({ a, twice: b * 2, undeclared: true } as never),
});

const notes = defineTool({
  ...described,
  name: 'notes',
  scopes: ['notes:read', 'notes:write'],
  handler: async (_args, { store, log }) => {
    await store
      .selectFrom('people' as never)
      .selectAll()
      .execute();
    log.info({ kept: true }, 'a line of the handler');
    return 'noted';
  },
});

/** Tools that end in a way of their own. */
const endings: Record<string, Parameters<typeof defineTool>[0]['handler']> = {
  throws: () => {
    throw new Error('a secret of the server');
  },
  throws_later: async () => {
    await nextTurn();
    throw 'a text';
  },
  refuses: () => {
    throw new ToolError('Ask for \u{1f600} less');
  },
  errs: () => toolError('Nothing is there'),
  database_down: () => {
    throw unavailable('silent', new Error('connect ECONNREFUSED'));
  },
  returns_nothing: () => undefined as never,
  returns_a_number: () => 5 as never,
  returns_a_bigint: () => ({ content: [], structuredContent: { a: 1n as never } }),
  returns_half: () => 'half \ud83d of a pair \udc00',
  returns_much: () => 'ü'.repeat(200_000),
  returns_nulls: () => ({ content: [{ type: 'text', text: 'x', annotations: null as never }], _meta: {} }),
  returns_meta: () => ({ content: [], _meta: { 'example.com/a': [1, null, { __proto__: null, b: 2 }] } }),
  returns_wrong_content: () => ({ content: [{ type: 'nonsense' } as never] }),
  returns_media: () => ({
    content: [
      { type: 'image', data: 'iVBORw0KGgo=', mimeType: 'image/png' },
      { type: 'audio', data: 'T2dnUw==', mimeType: 'audio/ogg' },
      { type: 'resource_link', uri: 'notes://about', name: 'about' },
      { type: 'resource', resource: { uri: 'notes://x', mimeType: 'text/plain', text: 'x' } },
    ],
  }),
  asks_wrongly: async (_args, { sdk }) => JSON.stringify(await sdk.mcpReq.send({ method: 'roots/list' })),
  logs: async (_args, { sdk }) => {
    for (const level of ['debug', 'info', 'error'] as const) await sdk.mcpReq.log(level, { level }, 'tool');
    return 'logged';
  },
  reports: async (_args, { reportProgress }) => {
    for (const step of [1, 2, 3]) await reportProgress(step, 3, `step ${step}`);
    return 'reported';
  },
  reports_and_throws: async (_args, { reportProgress }) => {
    await reportProgress(1);
    throw new Error('a secret of the server');
  },
  notifies: async (_args, { sdk, notify }) => {
    await sdk.mcpReq.notify({ method: 'notifications/tools/list_changed' });
    await notify('notes://about');
    return 'notified';
  },
};

const wrong = defineTool({
  ...described,
  name: 'wrong_output',
  outputSchema: z.object({ a: z.string() }),
  handler: () => structured({ a: 5 } as never),
});

const form = z.object({ name: z.string() });

const asks = defineTool({
  ...described,
  name: 'asks',
  inputSchema: z.object({ topic: z.string().optional() }),
  handler: async ({ topic }, { canElicit, openState, sealState, sdk }) => {
    if (!canElicit) return toolError('This client cannot be asked');
    const state = openState<{ topic?: string }>();
    const answer = acceptedContent(sdk.mcpReq.inputResponses, 'name', form);
    if (state && answer) return JSON.stringify({ state, answer });
    return inputRequired({
      inputRequests: { name: inputRequired.elicit({ message: 'Name?', requestedSchema: form }) },
      requestState: await sealState({ topic }),
    });
  },
});

/** Tells a test what happens to a call of the tool that waits, by the mark that came with the call. */
export const waiting = new Map<string, (what: 'begun' | 'stopped', reason?: unknown) => void>();

const waits = defineTool({
  ...described,
  name: 'waits',
  inputSchema: z.object({
    mark: z.string(),
    after: z.enum(['throws', 'answers', 'reports']).default('throws'),
  }),
  handler: async ({ mark, after }, { signal, reportProgress }) => {
    const tell = waiting.get(mark);
    await reportProgress(1);
    tell?.('begun');
    if (!signal.aborted) await once(signal, 'abort');
    tell?.('stopped', signal.reason);
    if (after === 'throws') signal.throwIfAborted();
    if (after === 'reports') await reportProgress(2).catch(() => {});
    return 'too late';
  },
});

const tools = [
  ...[context, echo, required, notes, wrong, asks, waits],
  ...Object.entries(endings).map(([name, handler]) => defineTool({ ...described, name, handler })),
];

const resources = [
  defineResource({
    ...described,
    name: 'about',
    uri: 'notes://about',
    mimeType: 'text/plain',
    cacheHint: { ttlMs: 3_600_000, cacheScope: 'public' },
    read: () => 'A notebook \ud83d',
  }),
  defineResource({
    ...described,
    name: 'seen',
    uri: 'notes://seen',
    mimeType: 'application/json',
    listed: ({ kind }) => kind === 'user',
    read: (context) => JSON.stringify(seen(context)),
  }),
  defineResource({
    ...described,
    name: 'broken',
    uri: 'notes://broken',
    mimeType: 'text/plain',
    scopes: ['notes:write'],
    read: () => {
      throw new Error('a secret of the server');
    },
  }),
  defineResource({
    ...described,
    name: 'bytes',
    uri: 'notes://bytes',
    mimeType: 'application/octet-stream',
    read: () => ({
      contents: [{ uri: 'notes://bytes', mimeType: 'application/octet-stream', blob: 'AAEC' }],
    }),
  }),
  defineResourceTemplate({
    ...described,
    name: 'person',
    uriTemplate: 'notes://people/{username}',
    mimeType: 'application/json',
    complete: { username: (typed) => ['ann', 'bea'].filter((name) => name.startsWith(typed)) },
    list: () => [{ uri: 'notes://people/ann', name: 'ann' }],
    read: ({ username }, { uri }) => {
      if (username === 'down') throw unavailable('silent', new Error('connect ECONNREFUSED'));
      if (username === 'nobody') throw new ResourceNotFoundError(uri);
      return JSON.stringify({ username, uri });
    },
  }),
];

const prompts = [
  definePrompt({
    ...described,
    name: 'summary',
    argsSchema: z.object({ style: z.string().optional(), length: z.string().regex(/^\d+$/).optional() }),
    complete: {
      style: (typed, _context, others) => [`${typed}1`, JSON.stringify(others)],
      length: () => {
        throw new Error('a secret of the server');
      },
    },
    get: ({ style, length }, context) => `${style} ${length} ${JSON.stringify(seen(context))}`,
  }),
  definePrompt({ ...described, name: 'plain', scopes: ['notes:write'], get: () => 'Do \udc00 it' }),
  definePrompt({
    ...described,
    name: 'broken_prompt',
    get: () => {
      throw new Error('a secret of the server');
    },
  }),
];

/** What both servers of a comparison offer: a handler for each way in which one can end. */
export const content: Partial<ServerContent> = {
  info: { name: 'compared', title: 'Compared', version: '1.2.3' },
  instructions: 'Compare.',
  tools,
  resources,
  prompts,
};

/** The names that requests are made with. */
export const names = {
  tools: tools.map(({ name }) => name).filter((name) => name !== 'waits'),
  uris: ['notes://about', 'notes://seen', 'notes://broken', 'notes://bytes', 'notes://people/ann'],
  prompts: prompts.map(({ name }) => name),
};
