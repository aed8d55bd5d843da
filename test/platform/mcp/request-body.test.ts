import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineTool } from '../../../src/platform/mcp/define.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { post } from '../../support/app/clients.js';
import { SERVICE_TOKEN } from '../../support/app/port.js';
import { askSdkAlone } from '../../support/app/sdk-alone.js';
import { type OpenStream, openStream } from '../../support/app/sse.js';
import { WAYS } from '../../support/app/ways.js';

const described = { title: 'T', description: 'D', scopes: ['notes:read'] as [string] };

let app: TestApp;
let fails: TestApp;
beforeAll(async () => {
  app = await startApp({
    tools: [
      defineTool({
        ...described,
        name: 'echo',
        inputSchema: z.object({
          given: z.string().nullable().optional(),
          left: z.string().optional(),
          tenant_id: z.coerce.string().optional(),
          free: z.unknown().optional(),
          inner: z.object({ deep: z.number().optional() }).optional(),
        }),
        handler: (args) => JSON.stringify(args),
      }),
    ],
  });
  fails = await startApp({
    attach(_server, { call }) {
      if (call?.method === 'ping') throw new Error('the attached part is broken');
    },
  });
});
afterAll(async () => {
  await app.stop();
  await fails.stop();
});

describe.each(WAYS)('%s, a client that writes null for everything it leaves out', (_way, ask) => {
  const nothing = { cursor: null, _meta: { progressToken: null } };
  const call = async (args: unknown, more: object = {}) =>
    (await ask(app, 'tools/call', { name: 'echo', arguments: args, ...more })).result?.['content'];

  it.each(['tools/list', 'resources/list', 'resources/templates/list', 'prompts/list'])(
    'gets its %s',
    async (method) => {
      expect((await ask(app, method, nothing)).error).toBeUndefined();
    },
  );

  it('calls a tool, which sees only what was given', async () => {
    const args = {
      given: null,
      left: null,
      tenant_id: null,
      free: null,
      inner: { deep: null },
      undeclared: null,
    };
    expect(await call(args)).toMatchObject([{ text: '{"given":null,"free":null,"inner":{}}' }]);
    expect(await call(null, { _meta: null })).toMatchObject([{ text: '{}' }]);
    expect(await call({ tenant_id: 7 })).toMatchObject([{ text: '{"tenant_id":"7"}' }]);
  });

  it('is told which argument cannot be text', async () => {
    expect(await call({ tenant_id: { id: 7 } })).toMatchObject([
      { text: expect.stringContaining('tenant_id') },
    ]);
  });
});

it('each message of a batch may leave things out with null', async () => {
  const ask = (id: number) => ({ jsonrpc: '2.0', id, method: 'tools/list', params: null });
  const text = await (await post(app.mcpUrl, [ask(1), ask(2)])).text();
  expect(text.match(/"tools"/g)).toHaveLength(2);
});

it('a client that names itself with nulls is let in', async () => {
  const params = {
    protocolVersion: '2025-11-25',
    capabilities: { roots: { listChanged: null }, sampling: null, elicitation: null, experimental: null },
    clientInfo: { name: 'go', version: '1', title: null, websiteUrl: null, icons: null },
    _meta: null,
  };
  const response = await post(app.mcpUrl, { jsonrpc: '2.0', id: 1, method: 'initialize', params });
  expect(await response.text()).toContain('"protocolVersion":"2025-11-25"');
});

it.each(['/mcp', '/messages'])(
  'a request with the id null is refused at %s, not taken for a notification',
  async (path) => {
    const stream = await openStream(app.url);
    const url = path === '/mcp' ? app.mcpUrl : `${app.url}${stream.address}`;
    const response = await post(url, { jsonrpc: '2.0', id: null, method: 'tools/list' });
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { code: -32600 }, id: null },
    ]);
    stream.drop();
  },
);

describe('at /messages, a body that is no message is answered as JSON, and the stream goes on:', () => {
  let stream: OpenStream;
  beforeAll(async () => {
    stream = await openStream(app.url);
  });
  afterAll(() => stream.drop());

  const send = (body: string, type = 'application/json') =>
    fetch(`${app.url}${stream.address}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${SERVICE_TOKEN}`, ...(type && { 'Content-Type': type }) },
      body: Buffer.from(body),
    });

  it.each<[string, number, number, string?]>([
    ['', 400, -32600],
    ['5', 400, -32600],
    ['"text"', 400, -32600],
    ['null', 400, -32600],
    ['true', 400, -32600],
    ['[]', 400, -32600],
    ['{}', 400, -32600],
    ['{"jsonrpc":"1.0","id":1,"method":"ping"}', 400, -32600],
    ['{"jsonrpc":"2.0"}', 400, -32600],
    ['{"jsonrpc":"2.0","id":1.5,"method":"ping"}', 400, -32600],
    ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]', 400, -32600],
    // These have no text form, so quoting them fails.
    ['{"toString":1}', 400, -32600],
    ['{"toString":1,"valueOf":1}', 400, -32600],
    ['[{"toString":null}]', 400, -32600],
    ['{"__proto__":null}', 400, -32600],
    ['{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', 400, -32602],
    ['{"jsonrpc":', 400, -32700],
    ['\u0000', 400, -32700],
    ['{}', 415, -32000, 'text/plain'],
    ['{}', 415, -32000, ''],
    ['{"jsonrpc":"2.0","id":1,"method":"ping"}', 415, -32000, 'application/x-www-form-urlencoded'],
    [`"${'x'.repeat(1024 * 1024)}"`, 413, -32000],
  ])('%.60s', async (body, status, code, type) => {
    const response = await send(body, type);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect([response.status, await response.json()]).toMatchObject([
      status,
      { jsonrpc: '2.0', error: { code } },
    ]);
    await stream.send({ id: `after ${body.length}`, method: 'ping' });
    expect(await stream.read(`"after ${body.length}"`)).toContain('"result":{}');
  });
});

it('a failure of the whole request is logged once, with its cause and the request', async () => {
  const response = await post(fails.mcpUrl, { jsonrpc: '2.0', id: 1, method: 'ping' });
  expect([response.status, await response.json()]).toMatchObject([500, { error: { code: -32603 } }]);
  expect(fails.logs.filter(({ level }) => Number(level) >= 50)).toMatchObject([
    {
      requestId: response.headers.get('x-request-id'),
      err: { stack: expect.stringContaining('the attached part is broken') },
    },
  ]);
});

it('the SDK alone does not say what is wrong with params; when this fails, the check here can go', async () => {
  const { error } = await askSdkAlone(() => {}, 'tools/list', 5);
  expect(error).toMatchObject({ code: -32600, message: expect.not.stringContaining('params') });
});
