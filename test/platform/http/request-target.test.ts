import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.js';
import { freePort, SERVICE_TOKEN } from '../../support/app/port.js';
import { openStream } from '../../support/app/sse.js';

let app: TestApp;
let port: string;
let metricsPort: string;
beforeAll(async () => {
  metricsPort = String(await freePort());
  app = await startApp(
    {},
    { PUBLIC_URL: 'https://mcp.example.com', ENABLE_SSE: 'true', METRICS_PORT: metricsPort },
  );
  port = new URL(app.listening).port;
});
afterAll(() => app.stop());

/** Sends these exact lines and a ping, and returns the status and the body of the answer. */
async function send(requestLine: string, host = 'mcp.example.com'): Promise<[number, string]> {
  const body = requestLine.startsWith('POST')
    ? JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
    : '';
  const socket = connect(Number(port), '127.0.0.1');
  const lines = [
    `${requestLine} HTTP/1.1`,
    `Host: ${host}`,
    `Authorization: Bearer ${SERVICE_TOKEN}`,
    // An event stream would keep the connection open.
    `Accept: ${requestLine.startsWith('POST') ? 'application/json' : '*/*'}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    'Connection: close',
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  let text = '';
  socket.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  await once(socket, 'close');
  return [Number(/^HTTP\/1.1 (\d+)/.exec(text)?.[1]), text];
}

const lastLog = () => app.logs.filter(({ msg }) => msg === 'request').at(-1);

describe('every spelling of the endpoint is the endpoint', () => {
  it.each([
    '/mcp',
    '/mcp/',
    '//mcp',
    '///mcp//',
    '/mcp?x=1',
    '/mcp#fragment',
    '/mcp?x=1#fragment',
    '/%6dcp',
    '/m%63%70',
    'http://mcp.example.com/mcp',
    'HTTP://MCP.Example.com:80/mcp',
    'https://mcp.example.com:443/mcp?x=1',
    'http://mcp.example.com//mcp/',
    'http://localhost:1/mcp',
    'http://[::1]:8000/mcp',
    'http://127.0.0.1/mcp',
    'http://localhost./mcp',
  ])('POST %s', async (target) => {
    const [status, text] = await send(`POST ${target}`);
    expect([status, text]).toEqual([200, expect.stringContaining('"result":{}')]);
    expect(lastLog()?.['route']).toMatch(/^\/mcp\/?$/);
  });
});

describe('every spelling of a host of ours is ours', () => {
  it.each([
    'MCP.EXAMPLE.COM',
    'mcp.example.com:443',
    'mcp.example.com.',
    'mcp.example.com.:443',
    'localhost.',
    'LocalHost.:8000',
    '127.0.0.1.',
    '[::1]',
    '[0:0::1]:9',
  ])('Host: %s', async (host) => {
    expect((await send('POST /mcp', host))[0]).toBe(200);
  });
});

describe('the host of the target counts, not the one in the header', () => {
  it.each([
    ['http://evil.example/mcp', 'mcp.example.com', 403],
    ['http://evil.example:443/mcp', 'localhost', 403],
    ['http://mcp.example.com/mcp', 'evil.example', 200],
    ['http://user@mcp.example.com/mcp', 'mcp.example.com', 403],
    ['http://mcp.example.com:x/mcp', 'mcp.example.com', 403],
    ['http:///mcp', 'mcp.example.com', 403],
    ['ftp://mcp.example.com/mcp', 'mcp.example.com', 403],
    ['http://mcp.example.com..evil.example/mcp', 'mcp.example.com', 403],
    ['http://mcp.example.com../mcp', 'mcp.example.com', 403],
  ])('POST %s with Host: %s is answered %i', async (target, host, expected) => {
    const [status, text] = await send(`POST ${target}`, host);
    // Node itself refuses some schemes as malformed.
    expect(status === 400 && target.startsWith('ftp') ? 403 : status).toBe(expected);
    if (expected === 403 && status === 403) expect(text).toContain('host_not_allowed');
  });
});

it.each([
  '//evil.example/mcp',
  '/evil.example//mcp',
  String.raw`/\mcp`,
  '/mcp%2f',
  '/x/../mcp',
  '/.%2e/mcp',
  '/mcp%00',
])('POST %s is nothing, and no other host', async (target) => {
  expect((await send(`POST ${target}`))[0]).toBe(404);
});

it('GET http://host is the page of the root', async () => {
  expect((await send('GET http://mcp.example.com'))[0]).toBe(200);
  expect((await send('GET http://mcp.example.com?x'))[0]).toBe(200);
  expect((await send('GET //healthz', '10.0.0.7'))[0]).toBe(200);
});

it('OPTIONS * asks about the whole server', async () => {
  const [status, text] = await send('OPTIONS *');
  expect([status, text]).toEqual([204, expect.stringMatching(/allow: GET, HEAD, POST, OPTIONS/i)]);
});

it('the legacy transport takes messages at every spelling', async () => {
  const headers = { Authorization: `Bearer ${SERVICE_TOKEN}`, Host: 'mcp.example.com' };
  const stream = await openStream(app.listening, headers);
  for (const target of [`/${stream.address}`, `http://mcp.example.com${stream.address}`]) {
    expect((await send(`POST ${target}`))[0]).toBe(202);
  }
  stream.drop();
});

it('the metrics know one route, whatever the spelling', async () => {
  await send('POST http://mcp.example.com//mcp');
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const routes = new Set([...text.matchAll(/route="([^"]*)"/g)].map(([, route]) => route));
  expect([...routes].filter((route) => route?.includes('mcp'))).toEqual(['/mcp']);
});
