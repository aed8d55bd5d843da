import { afterAll, beforeAll, expect, it } from 'vitest';
import { defineTool } from '../../../src/platform/mcp/define.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { connectModern } from '../../support/app/clients.js';
import { freePort } from '../../support/app/port.js';

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
  app = await startApp({ tools: [hello] }, { METRICS_PORT: String(port) });
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

it('an address in another case is the same route', async () => {
  await fetch(`${app.url}/.Well-Known/OAuth-Protected-Resource`, { method: 'PUT' });
  await fetch(`${app.url}/ToKeN`, { method: 'OPTIONS' });
  await fetch(`${app.url}/McP`);
  const routes = (await (await fetch(metricsUrl)).text()).matchAll(/_count\{method="\w+",route="([^"]*)"/g);
  expect([...routes].map(([, route]) => route).filter((route) => /[A-Z]/.test(route ?? ''))).toEqual([]);
});

it('the public port does not serve them', async () => {
  expect((await fetch(`${app.url}/metrics`)).status).toBe(404);
});
