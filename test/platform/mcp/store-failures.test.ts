import { type McpServer, ProtocolError } from '@modelcontextprotocol/server';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { UnavailableError } from '../../../src/platform/http/errors.js';
import {
  definePrompt,
  defineResource,
  defineResourceTemplate,
  defineTool,
} from '../../../src/platform/mcp/define.js';
import type { Store } from '../../../src/platform/store/database.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { post } from '../../support/app/clients.js';
import { openTestStore } from '../../support/app/database.js';
import { type FailingStore, failingStore, INTERNAL } from '../../support/app/failing-store.js';
import { freePort } from '../../support/app/port.js';
import { askSdkAlone } from '../../support/app/sdk-alone.js';
import { ERAS, WAYS } from '../../support/app/ways.js';
import fixture from '../fixture/server.js';

const described = { title: 'T', description: 'D', scopes: ['notes:read'] as [string] };
const text = { ...described, mimeType: 'text/plain' };
const query = (store: Store) => sql`select 1`.execute(store).then(() => 'ok');
const ERROR = { code: -32000, message: 'The database does not answer. Try again in a moment' };

let app: TestApp;
let database: FailingStore;
let metricsPort: number;
beforeAll(async () => {
  metricsPort = await freePort();
  database = failingStore(await openTestStore(fixture.migrations));
  const content = {
    tools: [
      defineTool({ ...described, name: 'query', handler: (_args, { store }) => query(store) }),
      defineTool({
        ...described,
        name: 'typed',
        outputSchema: z.object({ done: z.string() }),
        handler: async (_args, { store }) => {
          const done = await query(store);
          return { content: [], structuredContent: { done } };
        },
      }),
      defineTool({
        ...described,
        name: 'progress',
        handler: async (_args, { store, reportProgress }) => {
          await reportProgress(1, 2, 'half');
          return query(store);
        },
      }),
      defineTool({ ...described, name: 'no_query', handler: () => 'ok' }),
      defineTool({
        ...described,
        name: 'own_dependency',
        handler: () => {
          throw new UnavailableError('The warehouse does not answer');
        },
      }),
    ],
    resources: [
      defineResource({ ...text, name: 'query', uri: 'x://query', read: ({ store }) => query(store) }),
      defineResourceTemplate({
        ...text,
        name: 'rows',
        uriTemplate: 'x://rows/{id}',
        complete: { id: async (_typed, { store }) => [await query(store)] },
        list: async ({ store }) => [{ uri: 'x://rows/1', name: await query(store) }],
        read: (_variables, { store }) => query(store),
      }),
    ],
    prompts: [
      definePrompt({
        ...described,
        name: 'query',
        argsSchema: z.object({ a: z.string().optional() }),
        complete: { a: async (_typed, { store }) => [await query(store)] },
        get: (_args, { store }) => query(store),
      }),
    ],
    attach: (server: McpServer) => {
      server.registerTool('attached', {}, async () => ({
        content: [{ type: 'text', text: await query(database.store) }],
      }));
      server.server.setRequestHandler('x/own', { params: z.object({}) }, async () => ({
        done: await query(database.store),
      }));
    },
  };
  app = await startApp(content, { METRICS_PORT: String(metricsPort) }, { store: database.store });
});
afterAll(() => app.stop());
beforeEach(() => void app.logs.splice(0));
afterEach(() => void database.recover());

const ofTemplate = { type: 'ref/resource', uri: 'x://rows/{id}' };
const ofPrompt = { type: 'ref/prompt', name: 'query' };
const CALLS: [string, object][] = [
  ['tools/call', { name: 'query' }],
  ['tools/call', { name: 'typed' }],
  ['tools/call', { name: 'attached' }],
  ['resources/read', { uri: 'x://query' }],
  ['resources/read', { uri: 'x://rows/1' }],
  ['resources/list', {}],
  ['prompts/get', { name: 'query' }],
  ['completion/complete', { ref: ofTemplate, argument: { name: 'id', value: '' } }],
  ['completion/complete', { ref: ofPrompt, argument: { name: 'a', value: '' } }],
  ['x/own', {}],
];

describe.each(WAYS)('%s, one JSON-RPC error says that the database does not answer:', (_way, ask) => {
  it.each(CALLS)('%s %j', async (method, params) => {
    // The token of this caller is in the settings, so only the handler needs the database.
    database.fail();
    expect((await ask(app, method, params)).error).toEqual(ERROR);
    const lines = app.logs.filter(({ msg }) => msg !== 'request');
    const reason = 'The database does not answer';
    const requestId = expect.any(String);
    expect(lines).toMatchObject([
      { level: 50, msg: 'unavailable', requestId, rpcMethod: method, reason, cause: INTERNAL },
    ]);
    expect(JSON.stringify(lines)).not.toContain('    at ');
    database.recover();
    expect((await ask(app, method, params)).result).toBeDefined();
  });
});

describe.each(ERAS)('at /mcp %s', (_era, send) => {
  it.each(CALLS)('%s is 503 with Retry-After and the id of the request: %j', async (method, params) => {
    database.fail();
    const response = await send(app, method, params);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ jsonrpc: '2.0', id: 1, error: ERROR });
    const line = { msg: 'request', status: 503, requestId: response.headers.get('x-request-id') };
    await expect.poll(() => app.logs).toContainEqual(expect.objectContaining(line));
  });

  it.each(['application/json', 'text/event-stream'])(
    'a client that reads only %s sees the same',
    async (Accept) => {
      database.fail();
      for (const name of ['query', ...(Accept === 'application/json' ? ['progress'] : [])]) {
        const params = { name, _meta: { progressToken: 7 } };
        const response = await send(app, 'tools/call', params, { Accept });
        expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
        expect(await response.json()).toEqual({ jsonrpc: '2.0', id: 1, error: ERROR });
      }
    },
  );

  it('a stream that has begun with progress ends with one JSON-RPC error', async () => {
    database.fail();
    const response = await send(app, 'tools/call', { name: 'progress', _meta: { progressToken: 7 } });
    expect([response.status, response.headers.get('retry-after')]).toEqual([200, null]);
    const messages = Array.from((await response.text()).matchAll(/^data: (.*)$/gm), ([, data]) =>
      JSON.parse(data ?? ''),
    );
    expect(messages).toMatchObject([
      { method: 'notifications/progress', params: { message: 'half' } },
      { jsonrpc: '2.0', id: 1, error: ERROR },
    ]);
  });

  it('what needs no database works on', async () => {
    database.fail();
    for (const [method, params] of [
      ['tools/list', {}],
      ['prompts/list', {}],
      ['resources/templates/list', {}],
      ['tools/call', { name: 'no_query' }],
    ] as const) {
      expect((await send(app, method, params)).status).toBe(200);
    }
  });

  it('a tool whose own dependency is down fails alone, and the model reads why', async () => {
    const response = await send(app, 'tools/call', { name: 'own_dependency' });
    expect([response.status, response.headers.get('retry-after')]).toEqual([200, null]);
    expect(await response.text()).toContain('The warehouse does not answer. Try again in a minute.');
    expect(app.logs).toContainEqual(
      expect.objectContaining({ level: 40, msg: 'unavailable', err: expect.anything() }),
    );
  });

  it('the metrics count it as 503', async () => {
    database.fail();
    await send(app, 'tools/call', { name: 'query' });
    const metrics = async () => (await fetch(`http://127.0.0.1:${metricsPort}`)).text();
    await expect.poll(metrics).toMatch(/mcp_tool_calls_total\{tool="query",status="503"\} [1-9]/);
    expect(await metrics()).toMatch(/_count\{method="POST",route="\/mcp",status="503"\} [1-9]/);
  });
});

describe('a batch of the 2025 era', () => {
  const call = (id: number | string, name: string) => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name },
  });

  it('is 503 when the database kept all of it from being answered', async () => {
    database.fail();
    const response = await post(app.mcpUrl, [call(1, 'query'), call('two', 'typed')]);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await response.json()).toEqual([
      { jsonrpc: '2.0', id: 1, error: ERROR },
      { jsonrpc: '2.0', id: 'two', error: ERROR },
    ]);
    expect(await (await post(app.mcpUrl, [call(3, 'query')])).json()).toEqual([
      { jsonrpc: '2.0', id: 3, error: ERROR },
    ]);
  });

  it.each(['text/event-stream', 'application/json'])(
    'keeps what was done, as %s, so that nobody does it again',
    async (Accept) => {
      database.fail();
      for (const names of [
        ['query', 'no_query'],
        ['no_query', 'query'],
      ]) {
        const batch = names.map((name) => call(name, name));
        const response = await post(app.mcpUrl, batch, { Accept });
        expect([response.status, response.headers.get('retry-after')]).toEqual([200, null]);
        const body = await response.text();
        expect(body).toContain('"ok"');
        expect(body).toContain(ERROR.message);
      }
    },
  );
});

it('the SDK alone makes an answer of whatever a tool throws, so that we know when it no longer does', async () => {
  const result = await askSdkAlone(
    (server) =>
      void server.registerTool('fails', {}, () => {
        throw new ProtocolError(-32000, 'not for the model');
      }),
    'tools/call',
    { name: 'fails' },
  );
  expect(result).toMatchObject({ result: { isError: true, content: [{ text: 'not for the model' }] } });
});
