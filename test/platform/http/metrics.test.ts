import { METHODS as ALL_METHODS } from 'node:http';
import { Router } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineTool } from '../../../src/platform/mcp/define.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { connectModern, post } from '../../support/app/clients.js';
import { freePort } from '../../support/app/port.js';
import { sendRaw } from '../../support/app/raw.js';

/** A request with CONNECT has no answer. */
const METHODS = ALL_METHODS.filter((method) => method !== 'CONNECT');

const hello = defineTool({
  name: 'hello',
  title: 'H',
  description: 'H',
  scopes: ['notes:read'],
  handler: () => 'hello',
});
let app: TestApp;
let metricsUrl: string;
beforeAll(async () => {
  const port = await freePort();
  metricsUrl = `http://127.0.0.1:${port}/metrics`;
  const files = Router().use(
    '/files/:id',
    Router().get('/list', (_req, res) => void res.json([])),
  );
  app = await startApp(
    { tools: [hello] },
    { METRICS_PORT: String(port), RATE_LIMIT_SCALE: '1000' },
    { routes: [files] },
  );
});
afterAll(() => app.stop());

it('counts requests by route and tools by name, on a port of its own', async () => {
  const client = await connectModern(app.mcpUrl);
  await client.callTool({ name: 'hello' });
  await client.callTool({ name: 'hello' });
  await client.callTool({ name: `made-up-${'x'.repeat(500)}` }).catch(() => undefined);
  await client.close();
  await fetch(`${app.url}/made-up/address`);
  const response = await fetch(metricsUrl);
  expect(response.headers.get('content-type')).toContain('text/plain');
  const text = await response.text();
  expect(text).toContain('mcp_tool_calls_total{tool="hello",status="200"} 2');
  expect(text).toContain('mcp_tool_calls_total{tool="unknown",status="200"} 1');
  expect(text).toMatch(/http_request_duration_seconds_count\{method="POST",route="\/mcp",status="200"\} \d/);
  expect(text).toContain(
    'http_request_duration_seconds_count{method="GET",route="unmatched",status="404"} 1',
  );
  expect(text).toContain('process_resident_memory_bytes');
  expect(text).not.toContain('made-up');
});

it.each(['/login', '/authorize'])('an error of %s has the label of its route', async (path) => {
  await fetch(`${app.url}${path}`);
  const text = await (await fetch(metricsUrl)).text();
  expect(text).toContain(`_count{method="GET",route="${path}",status="400"} 1`);
  expect(text).not.toContain(`route="${path}${path}"`);
});

it('an address in another case is the same route', async () => {
  await fetch(`${app.url}/.Well-Known/OAuth-Protected-Resource`, { method: 'PUT' });
  await fetch(`${app.url}/ToKeN`, { method: 'OPTIONS' });
  await fetch(`${app.url}/McP`);
  const routes = (await (await fetch(metricsUrl)).text()).matchAll(/_count\{method="\w+",route="([^"]*)"/g);
  expect([...routes].map(([, route]) => route).filter((route) => /[A-Z]/.test(route ?? ''))).toEqual([]);
});

describe('the labels are a fixed set', () => {
  const spell = (path: string, index: number) =>
    path.replace(/[a-z]/g, (letter, at: number) =>
      (index >> (at % 12)) & 1 ? letter.toUpperCase() : letter,
    );
  /** Counts the lines about requests. Those about the process vary. */
  const lines = async () => (await (await fetch(metricsUrl)).text()).match(/^(http|mcp)_/gm)?.length;
  /** Odd requests, none like another. */
  const odd: [string, (index: number) => Promise<unknown>][] = [
    [
      '/mcp in odd case, without a token',
      (index) => sendRaw(app.url, spell('/mcp', index), { method: 'POST' }),
    ],
    [
      'documents in odd case',
      (index) => sendRaw(app.url, spell('/.well-known/oauth-protected-resource/mcp', index)),
    ],
    ['unknown paths', (index) => sendRaw(app.url, `/images/${index}/x`)],
    ['paths below a route', (index) => sendRaw(app.url, `/mcp/${index}`)],
    ['paths below a mounted router of a fork', (index) => sendRaw(app.url, `/files/${index}/list`)],
    ['methods', (index) => sendRaw(app.url, '/token', { method: METHODS[index % METHODS.length] ?? 'GET' })],
    [
      'tools',
      (index) =>
        post(app.mcpUrl, { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: `x${index}` } }),
    ],
    ['RPC methods', (index) => post(app.mcpUrl, { jsonrpc: '2.0', id: 1, method: `x/${index}` })],
    [
      'clients',
      (index) =>
        post(app.mcpUrl, '{', { 'User-Agent': `x${index}`, 'X-Forwarded-For': `203.0.113.${index}` }),
    ],
  ];

  it.each(odd)('whatever is sent: %s', async (_what, send) => {
    // Whatever lines there will be.
    for (let index = 0; index < 200; index += 1) await send(index);
    const before = await lines();
    for (let index = 200; index < 400; index += 1) await send(index);
    expect(await lines()).toBe(before);
  });

  it('and unknown methods are "other"', async () => {
    expect(await (await fetch(metricsUrl)).text()).toContain('{method="other",route="');
  });
});

it('the public port does not serve them', async () => {
  expect((await fetch(`${app.url}/metrics`)).status).toBe(404);
});
