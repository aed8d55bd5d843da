import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import {
  acceptedContent,
  defineTool,
  inputRequired,
  structured,
  ToolError,
  toolError,
} from '../../../src/platform/mcp/define.js';
import { unavailable } from '../../../src/platform/store/faults.js';
import { described, seen } from './described.js';

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

/** Its mark is not advertised. Otherwise the SDK would compare the argument with a header, and the lane would not. */
const routed = defineTool({
  ...described,
  name: 'routed',
  inputSchema: z.object({ text: z.string().optional().meta({ 'x-mcp-header': 'Text' }) }),
  handler: ({ text }) => `to ${text}`,
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
  handler: async ({ mark, after }, { signal, reportProgress, sdk }) => {
    const tell = waiting.get(mark);
    const request = sdk.http?.req;
    await reportProgress(1);
    tell?.('begun');
    if (!signal.aborted) await once(signal, 'abort');
    tell?.('stopped', `${signal.reason}, request: ${request?.signal.aborted}`);
    if (after === 'throws') signal.throwIfAborted();
    if (after === 'reports') await reportProgress(2).catch(() => {});
    return 'too late';
  },
});

/** A tool for each way in which a call can go. */
export const tools = [
  ...[context, echo, required, notes, routed, wrong, asks, waits],
  ...Object.entries(endings).map(([name, handler]) => defineTool({ ...described, name, handler })),
];
