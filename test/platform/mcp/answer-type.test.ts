import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineTool } from '../../../src/platform/mcp/define.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { MODERN_META, post } from '../../support/app/clients.js';

const slow = defineTool({
  name: 'slow',
  title: 'Slow',
  description: 'Reports progress',
  scopes: ['notes:read'],
  handler: async (_args, { reportProgress }) => {
    await reportProgress(1, 2);
    return 'done';
  },
});

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ tools: [slow] });
});
afterAll(() => app.stop());

const call = { jsonrpc: '2.0', id: 7, method: 'tools/call' };
const eras = {
  '2025-11-25': (meta: object = {}) => ({
    headers: { 'MCP-Protocol-Version': '2025-11-25' },
    body: { ...call, params: { name: 'slow', _meta: meta } },
  }),
  '2026-07-28': (meta: object = {}) => ({
    headers: { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call', 'Mcp-Name': 'slow' },
    body: {
      ...call,
      params: {
        name: 'slow',
        _meta: {
          ...MODERN_META,
          ...meta,
        },
      },
    },
  }),
};
const READABLE = { result: { content: [{ type: 'text', text: 'done' }] }, id: 7 };

/** Reads the responses of an answer, whichever type it has. */
async function read(answer: Response): Promise<unknown> {
  const text = await answer.text();
  if (answer.headers.get('content-type')?.startsWith('application/json')) return JSON.parse(text);
  return text.split('\n').flatMap((line) => (line.startsWith('data: ') ? [JSON.parse(line.slice(6))] : []));
}

describe.each(Object.entries(eras))('%s', (_era, request) => {
  const send = (accept: string, meta?: object) => {
    const { body, headers } = request(meta);
    return post(app.mcpUrl, body, { ...headers, Accept: accept });
  };

  it.each([
    '*/*',
    'application/*, text/*',
    'APPLICATION/JSON, Text/Event-Stream',
    'application/json;q=0.5, text/event-stream; charset=utf-8',
    'text/html, */*;q=0.1',
  ])('Accept: %s is answered', async (accept) => {
    const answer = await send(accept);
    expect(answer.status).toBe(200);
    expect([await read(answer)].flat()).toMatchObject([READABLE]);
  });

  it.each(['application/json', '*/*, text/event-stream;q=0'])('Accept: %s gets JSON', async (accept) => {
    for (const meta of [{}, { progressToken: 'p' }]) {
      const answer = await send(accept, meta);
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
      expect(await read(answer)).toMatchObject(READABLE);
    }
  });

  it.each(['text/event-stream', 'text/*', 'application/json;q=0, */*'])(
    'Accept: %s gets a stream, with progress',
    async (accept) => {
      const plain = await send(accept);
      expect(plain.headers.get('content-type')).toMatch(/^text\/event-stream/);
      expect(await read(plain)).toMatchObject([READABLE]);
      const messages = await read(await send(accept, { progressToken: 'p' }));
      expect(messages).toMatchObject([{ params: { progressToken: 'p', progress: 1 } }, READABLE]);
    },
  );

  it.each(['text/html', 'application/json;q=0, text/event-stream;q=0.0', 'image/*', '*/*;q=0'])(
    'Accept: %s is refused, saying what to send',
    async (accept) => {
      const answer = await send(accept);
      expect(answer.status).toBe(406);
      const message = expect.stringContaining('Send "Accept: application/json, text/event-stream"');
      expect(await answer.json()).toMatchObject({ id: 7, error: { code: -32000, message } });
    },
  );

  it('errors stay JSON, with their status', async () => {
    const { body, headers } = request();
    const scopeless = await post(app.mcpUrl, body, {
      ...headers,
      Accept: 'text/event-stream',
      Authorization: 'Bearer x',
    });
    expect([scopeless.status, scopeless.headers.get('content-type')]).toEqual([
      401,
      'application/json; charset=utf-8',
    ]);
  });
});

it('a batch of the 2025 era comes back as an array where only JSON is read', async () => {
  const batch = [1, 2].map((id) => ({ jsonrpc: '2.0', id, method: 'ping' }));
  const answer = await post(app.mcpUrl, batch, { Accept: 'application/json' });
  expect(await answer.json()).toMatchObject([
    { id: 1, result: {} },
    { id: 2, result: {} },
  ]);
});

it('a notification needs no type', async () => {
  const note = { jsonrpc: '2.0', method: 'notifications/initialized' };
  expect((await post(app.mcpUrl, note, { Accept: 'application/json' })).status).toBe(202);
});

it('a subscription has no end, so it cannot be JSON', async () => {
  const body = { jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params: {} };
  const answer = await post(app.mcpUrl, body, { Accept: 'application/json' });
  expect(answer.status).toBe(406);
  const message = expect.stringContaining('can be text/event-stream');
  expect(await answer.json()).toMatchObject({ error: { message } });
});

it('the SDK still compares the text of Accept; when this fails, the work-around can go', async () => {
  const transport = new WebStandardStreamableHTTPServerTransport({});
  const headers = { Accept: '*/*', 'Content-Type': 'application/json' };
  const request = new Request('http://localhost/', { method: 'POST', headers, body: JSON.stringify(call) });
  expect((await transport.handleRequest(request)).status).toBe(406);
});
