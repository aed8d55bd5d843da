import { request } from 'node:http';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { defineTool } from '../../../src/platform/mcp/define.js';
import { startApp } from '../../support/app/app.js';
import { startFixture } from '../../support/app/fixture.js';
import { SERVICE_TOKEN } from '../../support/app/port.js';
import { openStream } from '../../support/app/sse.js';
import { signInForTokens } from '../../support/oauth/oauth.js';
import { startServer, type TestServer } from '../../support/programs/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

async function connect(token: string, url = server.url): Promise<Client> {
  const headers = { Authorization: `Bearer ${token}` };
  const client = new Client({ name: 'sse-client', version: '1.0.0' });
  await client.connect(new SSEClientTransport(new URL('/sse', url), { requestInit: { headers } }));
  return client;
}

const ping = { method: 'POST', body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' };
const headers = (token: string) => ({ Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' });

describe('the HTTP+SSE transport', () => {
  it('a real client lists, calls, reads and gets', async () => {
    const client = await connect(SERVICE_TOKEN);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('add_note');
    const call = { name: 'add_note', arguments: { text: 'Hello', tenant_id: 'x' } };
    expect((await client.callTool(call)).structuredContent).toEqual({ added: 'Hello' });
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual(['notes://about']);
    expect((await client.readResource({ uri: 'ui://notes/card' })).contents).toHaveLength(1);
    expect((await client.getPrompt({ name: 'summary' })).messages).toHaveLength(1);
    expect(client.getServerCapabilities()?.extensions).toHaveProperty('io.modelcontextprotocol/ui');
    await client.close();
  });

  it('knows the user who signed in, and holds them to their scopes', async () => {
    const { access_token } = await signInForTokens(server.url);
    const client = await connect(access_token);
    expect((await client.callTool({ name: 'who_is_calling' })).structuredContent).toMatchObject({
      id: 'ann',
    });
    const add = { name: 'add_note', arguments: { text: 'Hello' } };
    expect(await client.callTool(add)).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('notes:write') }],
    });
    await client.close();
  });

  it('requires a token on both routes', async () => {
    await expect(connect('wrong')).rejects.toThrow(/401/);
    for (const response of [
      await fetch(`${server.url}/sse`),
      await fetch(`${server.url}/messages?sessionId=x`, ping),
    ]) {
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toContain('resource_metadata=');
    }
  });

  it('the stream of another caller looks like an unknown one', async () => {
    const { access_token } = await signInForTokens(server.url);
    const stream = await openStream(server.url);
    const foreign = await fetch(`${server.url}${stream.address}`, {
      ...ping,
      headers: headers(access_token),
    });
    const unknown = await fetch(`${server.url}/messages?sessionId=x`, {
      ...ping,
      headers: headers(access_token),
    });
    expect([foreign.status, unknown.status]).toEqual([404, 404]);
    expect(await foreign.json()).toEqual(await unknown.json());
    expect(
      (await fetch(`${server.url}${stream.address}`, { ...ping, headers: headers(SERVICE_TOKEN) })).status,
    ).toBe(202);
    stream.drop();
  });

  it('is not buffered by proxies and not cached', async () => {
    const { response, drop } = await openStream(server.url);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    expect(response.headers.get('cache-control')).toContain('no-cache');
    drop();
  });

  it('refuses other methods', async () => {
    const authorization = { headers: headers(SERVICE_TOKEN) };
    expect((await fetch(`${server.url}/sse`, { ...ping, ...authorization })).status).toBe(405);
    expect((await fetch(`${server.url}/messages`, authorization)).status).toBe(405);
    const big = { method: 'POST', body: JSON.stringify({ filler: 'x'.repeat(2_000_000) }), ...authorization };
    expect((await fetch(`${server.url}/messages?sessionId=x`, big)).status).toBe(413);
    const foreign = await fetch(`${server.url}/sse`, {
      headers: { ...headers(SERVICE_TOKEN), Origin: 'https://evil.example' },
    });
    expect(foreign.status).toBe(403);
  });

  it('ENABLE_SSE=false removes it', async () => {
    const without = await startServer({ ENABLE_SSE: 'false' });
    for (const path of ['/sse', '/messages']) {
      expect((await fetch(`${without.url}${path}`, { headers: headers(SERVICE_TOKEN) })).status).toBe(404);
    }
    await without.stop();
  });

  it('open streams do not keep the server from stopping', async () => {
    const stopping = await startServer();
    const client = await connect(SERVICE_TOKEN, stopping.url);
    const closed = new Promise<void>((resolve) => {
      client.onerror = () => resolve();
      client.onclose = () => resolve();
    });
    expect(await stopping.stop()).toBe(0);
    await closed;
    await client.close();
  });
});

it('a stopping server waits for calls of the old transport, and ends streams of revoked callers', async () => {
  let begin: () => void = () => {};
  let release: () => void = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const wait = defineTool({
    name: 'wait',
    title: 'Wait',
    description: 'Waits',
    scopes: ['notes:read'],
    handler: async () => {
      begin();
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return 'finished';
    },
  });
  const valid = new Set(['a-token']);
  const caller = { kind: 'service', id: 's', name: 'S', scopes: ['notes:read'], clientId: 's' } as const;
  const verify = (token: string) => (valid.has(token) ? { ...caller, scopes: ['notes:read'] } : undefined);
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const app = await startApp({ tools: [wait] }, {}, { verifiers: [verify] });
  const streams = [await openStream(app.url), await openStream(app.url, headers('a-token'))];
  valid.clear();
  await vi.advanceTimersByTimeAsync(15_000);
  await expect.poll(app.openStreams).toBe(1);
  await streams[0]?.send({ id: 1, method: 'tools/call', params: { name: 'wait' } });
  await begun;
  let drained = false;
  const draining = app.drain().then(() => {
    drained = true;
  });
  expect((await fetch(`${app.url}/readyz`)).status).toBe(503);
  expect(drained).toBe(false);
  release();
  await draining;
  expect(await streams[0]?.read('finished')).toContain('finished');
  vi.useRealTimers();
  await app.stop();
});

it('1,000 streams, opened and dropped, leave nothing behind; beyond the limit of a caller the answer is 429', async () => {
  const app = await startFixture();
  const open = () =>
    new Promise<{ status: number | undefined; drop: () => void }>((resolve, reject) => {
      const stream = request(`${app.url}/sse`, { headers: headers(SERVICE_TOKEN) }, (response) => {
        response.resume();
        resolve({ status: response.statusCode, drop: () => stream.destroy() });
      });
      stream.on('error', reject).end();
    });
  for (let round = 0; round < 5; round += 1) {
    const streams = await Promise.all(Array.from({ length: 200 }, open));
    expect(streams.every(({ status }) => status === 200)).toBe(true);
    expect(app.openStreams()).toBe(200);
    if (round === 0) expect((await open()).status).toBe(429);
    for (const { drop } of streams) drop();
    await expect.poll(app.openStreams, { timeout: 10_000 }).toBe(0);
  }
  await app.stop();
});
