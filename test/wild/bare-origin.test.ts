import { discoverOAuthProtectedResourceMetadata } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FixtureApp, startFixture } from '../support/app/fixture.js';

let app: FixtureApp;
beforeAll(async () => {
  app = await startFixture({ ENABLE_SSE: 'true', ALLOWED_HOSTS: 'other.example' });
});
afterAll(() => app.stop());

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';
const get = (path: string, accept: string, init: RequestInit = {}) =>
  fetch(`${app.url}${path}`, { ...init, headers: { Accept: accept, ...init.headers } });

describe('a client that was given the bare origin learns the endpoint', () => {
  it.each([
    ['POST', 'application/json, text/event-stream'],
    ['GET', 'text/event-stream'],
    ['GET', 'application/json, text/event-stream'],
    ['GET', 'Text/Event-Stream; q=0.9'],
    ['GET', 'application/json'],
  ])('%s / with Accept: %s', async (method, accept) => {
    const body = method === 'POST' ? JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize' }) : null;
    const answer = await get('/', accept, { method, body, headers: { 'Content-Type': 'application/json' } });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({
      error: 'not_found',
      error_description: `There is nothing at this address. The MCP endpoint is POST ${app.mcpUrl}.`,
    });
  });

  it('which both transports of the 1.x client show in their error', async () => {
    const first = new Client({ name: 'c', version: '1' });
    const http = new StreamableHTTPClientTransport(new URL(app.url));
    await expect(first.connect(http as never)).rejects.toThrow(app.mcpUrl);
    const second = new Client({ name: 'c', version: '1' });
    await expect(second.connect(new SSEClientTransport(new URL(app.url)) as never)).rejects.toThrow('404');
  });

  it.each(['*/*', BROWSER, 'text/html', 'text/*'])('but Accept: %s gets the landing page', async (accept) => {
    const answer = await get('/', accept);
    expect([answer.status, answer.headers.get('vary')]).toEqual([200, expect.stringContaining('Accept')]);
    expect(await answer.text()).toContain('<h2 id="connect-title">');
  });
});

describe('a person who opens an address of clients sees a page that names the endpoint', () => {
  it.each([
    ['/mcp', 401],
    ['/mcp/', 401],
    ['/sse', 401],
    ['/messages', 401],
    ['/nothing', 404],
    ['/.well-known/nothing', 404],
    ['/nothing.png', 404],
    ['/token', 405],
    ['/register', 405],
  ])('GET %s is %i', async (path, status) => {
    const answer = await get(path, BROWSER);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8']);
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'.*form-action 'none'$/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const page = await answer.text();
    expect(page).toContain(`<code id="endpoint">${app.mcpUrl}</code>`);
    expect(page).toContain('Notebook');
    const head = await get(path, BROWSER, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([
      status,
      'text/html; charset=utf-8',
      '',
    ]);
  });

  it.each(['/mcp', '/sse'])('and programs get JSON at %s, with the same challenge', async (path) => {
    const page = await get(path, BROWSER);
    for (const accept of [
      'text/event-stream',
      'application/json',
      '*/*',
      'application/json, text/html;q=0.5',
    ]) {
      const answer = await get(path, accept);
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ error: 'invalid_token' });
      expect(answer.headers.get('www-authenticate')).toContain('resource_metadata=');
      expect(answer.headers.get('www-authenticate')).toBe(page.headers.get('www-authenticate'));
    }
  });

  it('a form or a call never gets a page', async () => {
    for (const path of ['/mcp', '/token', '/nothing']) {
      const answer = await get(path, BROWSER, { method: 'POST', body: new URLSearchParams({ a: 'b' }) });
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    }
  });

  it('clients that probe with GET /mcp still find the metadata', async () => {
    expect(await discoverOAuthProtectedResourceMetadata(app.mcpUrl)).toMatchObject({ resource: app.mcpUrl });
  });
});

it('where nobody signs in, the page is a 405', async () => {
  const open = await startFixture({ AUTH_MODE: 'none', MCP_AUTH_TOKEN: '' });
  const answer = await fetch(open.mcpUrl, { headers: { Accept: BROWSER } });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
  expect(await answer.text()).toContain('For assistants, not for browsers');
  await open.stop();
});
