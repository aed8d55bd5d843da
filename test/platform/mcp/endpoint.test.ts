import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defineTool } from '../../../src/platform/mcp/define.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { connectLegacy, post } from '../../support/app/clients.js';
import { SERVICE_TOKEN } from '../../support/app/port.js';

let aborted: Promise<unknown>;
let running: Promise<void>;
let began: (reason: Promise<unknown>) => void;
beforeEach(() => {
  running = new Promise((resolve) => {
    began = (reason) => {
      aborted = reason;
      resolve();
    };
  });
});

const endless = defineTool({
  name: 'endless',
  title: 'Endless',
  description: 'Runs until it is stopped',
  scopes: ['notes:read'],
  handler: async (_args, { signal }) => {
    began(once(signal, 'abort').then(() => signal.reason));
    await once(signal, 'abort');
    signal.throwIfAborted();
    return 'never seen';
  },
});

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ tools: [endless] });
});
afterAll(() => app.stop());

describe('a batch', () => {
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };

  it.each(['2025-06-18', '2025-11-25'])('of %s, which does not have them, is refused', async (version) => {
    const response = await post(app.mcpUrl, [ping], { 'Mcp-Protocol-Version': version });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: -32600, message: expect.any(String) } });
  });

  it.each(['2025-03-26', undefined])('of %s is answered, and logged as one', async (version) => {
    const headers = version === undefined ? {} : { 'Mcp-Protocol-Version': version };
    const response = await post(app.mcpUrl, [ping, { ...ping, id: 2 }], headers);
    expect(response.status).toBe(200);
    await response.text();
    expect(app.logs.at(-1)).toMatchObject({ msg: 'request', rpcMethod: 'batch' });
  });
});

it.each(['close', 'keep-alive'])(
  'a stream leaves the connection as its client asks: %s',
  async (connection) => {
    const sent = request(app.mcpUrl, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${SERVICE_TOKEN}`,
        Accept: 'application/json, text/event-stream',
        'Content-Type': 'application/json',
        'Mcp-Protocol-Version': '2025-11-25',
        Connection: connection,
      },
    });
    sent.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }));
    const [answer] = await once(sent, 'response');
    answer.resume();
    expect(answer.headers).toMatchObject({ 'content-type': 'text/event-stream', connection });
  },
);

it('a 2025 client cancels its call by closing the connection, which is not a failure of the tool', async () => {
  const client = await connectLegacy(app.mcpUrl);
  const call = client.callTool({ name: 'endless' }).catch(() => 'closed');
  await running;
  await client.close();
  expect(await call).toBe('closed');
  expect(await aborted).not.toMatchObject({ name: 'TimeoutError' });
  expect(app.logs.filter(({ level }) => Number(level) >= 50)).toEqual([]);
});
