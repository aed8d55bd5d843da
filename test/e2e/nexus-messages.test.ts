import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVICE_TOKEN } from '../support/app/port.js';
import { sendRaw } from '../support/app/raw.js';
import { startExample, type TestServer } from '../support/programs/server.js';

const page = readFileSync(join(import.meta.dirname, '../../docs/nexus.md'), 'utf8').replaceAll('\\"', '"');
const authorization = { Authorization: `Bearer ${SERVICE_TOKEN}` };
const mcp = {
  ...authorization,
  'Content-Type': 'application/json',
  Accept: 'application/json, text/event-stream',
};

let server: TestServer;
beforeAll(async () => {
  server = await startExample();
});
afterAll(() => server.stop());

/** Expects the troubleshooting page to quote a message, with "..." for the part that varies from call to call. */
function expectQuoted(answer: string, variable = ''): void {
  const message = answer.replace(server.mcpUrl, 'https://your-host/mcp');
  const quoted = message.slice(0, message.indexOf(variable) || undefined);
  expect(page).toContain(`"${quoted}${variable && '..."'}`);
}

describe('the troubleshooting page quotes the answer', () => {
  it.each([
    [401, 'POST', '/mcp', {}],
    [401, 'POST', '/mcp', { Authorization: 'Bearer ' }],
    [401, 'POST', '/mcp', { Authorization: `Bearer Bearer ${SERVICE_TOKEN}` }],
    [401, 'POST', '/mcp', { Authorization: 'Bearer wrong' }],
    [403, 'POST', '/mcp', { ...mcp, Host: 'other.example' }],
    [403, 'POST', '/mcp', { ...mcp, Origin: 'https://other.example' }],
    [404, 'POST', '/messages?sessionId=x', mcp],
    [404, 'POST', '/', mcp],
    [405, 'GET', '/mcp', mcp],
  ])('%i of %s %s with %j', async (status, method, path, headers) => {
    const answer = await sendRaw(server.listening, path, { method, headers });
    const { error, error_description } = JSON.parse(answer.body);
    expect(answer.status).toBe(status);
    expectQuoted(error_description ?? error.message);
  });

  it.each([
    [406, { ...mcp, Accept: 'text/html' }, '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'],
    [413, mcp, `"${'x'.repeat(1_100_000)}"`],
  ])('%i of a body', async (status, headers, body) => {
    const answer = await fetch(server.mcpUrl, { method: 'POST', headers, body });
    expect(answer.status).toBe(status);
    expectQuoted(JSON.parse(await answer.text()).error.message);
  });

  it('429 of one stream too many', async () => {
    const streams: ClientRequest[] = [];
    for (let count = 0; count < 200; count++) {
      const stream = request(`${server.listening}/sse`, { headers: authorization }).end();
      stream.on('error', () => {});
      streams.push(stream);
      await once(stream, 'response');
    }
    const { status, body } = await sendRaw(server.listening, '/sse', { headers: authorization });
    for (const stream of streams) stream.destroy();
    expect(status).toBe(429);
    expectQuoted(JSON.parse(body).error_description);
  });

  it.each([
    ['get_product_info', { product_id: 'ID' }, 'bench-hall'],
    ['send_product_image', { product_id: 'ID' }, 'bench-hall'],
    ['send_catalog', { category: 'CATEGORY' }, 'lighting'],
    ['send_audio_guide', { topic: 'TOPIC' }, 'assembly'],
    ['get_order_status', { order_id: 'ID' }, ''],
    ['get_order_status', {}, 'Invalid input'],
    ['NAME', {}, ''],
  ])('the error of %s with %j', async (name, args, variable) => {
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } };
    const answer = await fetch(server.mcpUrl, { method: 'POST', headers: mcp, body: JSON.stringify(body) });
    const data = JSON.parse((await answer.text()).replace(/^[^{]*/, ''));
    expectQuoted(data.error?.message ?? data.result.content[0].text, variable);
  });
});
