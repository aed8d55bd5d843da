import { afterEach, describe, expect, it } from 'vitest';
import { defineTool } from '../../src/platform/mcp/define.js';
import { startApp, type TestApp } from '../support/app/app.js';
import { connectModern, post } from '../support/app/clients.js';
import { onlyOnFile, openTestStore } from '../support/app/database.js';
import { oneUser, PASSWORD } from '../support/app/one-user.js';
import { authorizeUrl, Browser, pkce, register } from '../support/oauth/oauth.js';
import fixture from './fixture/server.js';

let app: TestApp | undefined;
afterEach(async () => {
  await app?.stop();
  app = undefined;
});

const hello = defineTool({
  name: 'hello',
  title: 'Hello',
  description: 'Says hello',
  scopes: ['notes:read'],
  handler: (_args, { caller }) => `Hello ${caller.name}`,
});

describe('readiness', () => {
  it('is 503 with a reason when the database does not answer', async () => {
    onlyOnFile('Closes the database of one server.');
    const store = await openTestStore(fixture.migrations);
    app = await startApp({}, {}, { store });
    expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
    await store.destroy();
    const response = await fetch(`${app.url}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ reason: 'the database does not answer' });
    expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
  });
});

it('is drained only once a sign-in in progress is answered', async () => {
  const accounts = oneUser();
  const { verifyPassword } = accounts;
  let release = () => {};
  const begun = new Promise<void>((begin) => {
    accounts.verifyPassword = async (...credentials) => {
      begin();
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return verifyPassword(...credentials);
    };
  });
  app = await startApp({}, {}, { accounts });
  const { client_id } = await register(app.url);
  const browser = new Browser(app.url);
  const fields = await browser.open(authorizeUrl(app.url, client_id, pkce().challenge), 'ada', PASSWORD);
  const answer = browser.submit(fields);
  await begun;
  let drained = false;
  const draining = app.drain().then(() => {
    drained = true;
  });
  expect((await fetch(`${app.url}/readyz`)).status).toBe(503);
  expect(drained).toBe(false);
  release();
  expect((await answer).status).toBe(303);
  await draining;
});

describe('sign-in', () => {
  it('AUTH_MODE=none needs no token', async () => {
    app = await startApp({ tools: [hello] }, { AUTH_MODE: 'none', MCP_AUTH_TOKEN: '' });
    const client = await connectModern(app.mcpUrl, 'whatever');
    expect((await client.callTool({ name: 'hello' })).content).toEqual([
      { type: 'text', text: 'Hello Local developer' },
    ]);
    await client.close();
    const metadata = await fetch(`${app.mcpUrl}/.well-known/oauth-protected-resource`);
    expect([metadata.status, await metadata.json()]).toMatchObject([404, { error: 'not_found' }]);
  });

  it('accepts both tokens while they are rotated', async () => {
    const tokens = ['a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6', 'f1e2d3c4b5a6f7e8d9c0b1a2f3e4d5c6'];
    app = await startApp({ tools: [hello] }, { MCP_AUTH_TOKEN: tokens.join() });
    for (const token of tokens) {
      const client = await connectModern(app.mcpUrl, token);
      expect((await client.callTool({ name: 'hello' })).isError).toBeFalsy();
      await client.close();
    }
  });
});

describe('the request log', () => {
  it('has one line with id, route, status, duration, caller, method and tool, and no query or argument', async () => {
    app = await startApp({ tools: [hello] });
    const params = { name: 'hello', arguments: { note: 'PRIVATE' } };
    const response = await post(`${app.mcpUrl}?code=PRIVATE`, {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params,
    });
    await response.text();
    const lines = app.logs.filter((line) => line['msg'] === 'request');
    expect(lines).toEqual([
      expect.objectContaining({
        requestId: response.headers.get('x-request-id'),
        method: 'POST',
        route: '/mcp',
        status: 200,
        durationMs: expect.any(Number),
        caller: 'service:static-token',
        rpcMethod: 'tools/call',
        rpcName: 'hello',
      }),
    ]);
    expect(JSON.stringify(app.logs)).not.toContain('PRIVATE');
  });
});

describe('faulty content stops the start', () => {
  it('two tools with the same name', async () => {
    await expect(startApp({ tools: [hello, hello] })).rejects.toThrow(/hello is already registered/);
  });

  it('a scope that is not defined', async () => {
    const tool = defineTool({
      name: 'x',
      title: 'X',
      description: 'X',
      scopes: ['admin'],
      handler: () => '',
    });
    await expect(startApp({ tools: [tool] })).rejects.toThrow(/Tool x needs the scope admin/);
  });
});
