import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MODERN_META, post } from '../support/app/clients.js';
import { type FixtureApp, startFixture } from '../support/app/fixture.js';
import { openStream } from '../support/app/sse.js';
import { authorizeUrl, Browser, pkce, register, signInForTokens } from '../support/oauth/oauth.js';
import { TestOAuthProvider } from '../support/oauth/oauth-provider.js';

let server: FixtureApp;
beforeAll(async () => {
  server = await startFixture({ RATE_LIMIT_SCALE: '100' });
});
afterAll(() => server.stop());

const info = { name: 'a-client', version: '1.0.0' };
const add = { name: 'add_note', arguments: { text: 'Hello' } };
const added = { structuredContent: { added: 'Hello' } };
const without = (name: string) => (form: Record<string, string>) =>
  Object.fromEntries(Object.entries(form).filter(([field]) => field !== name));

describe('a client of the 1.x SDK, which cannot ask for more after a 403', () => {
  const connect = async (authProvider: TestOAuthProvider) => {
    const transport = () =>
      new LegacyTransport(new URL(server.mcpUrl), { authProvider: authProvider as never });
    const first = transport();
    await expect(new LegacyClient(info).connect(first as never)).rejects.toThrow();
    await first.finishAuth(authProvider.callback?.get('code') ?? '');
    const client = new LegacyClient(info);
    await client.connect(transport() as never);
    return client;
  };

  it('reaches the tools that write after its first sign-in', async () => {
    const authProvider = new TestOAuthProvider(server.url);
    const client = await connect(authProvider);
    expect(authProvider.tokens()?.scope).toBe('notes:read notes:write');
    expect(await client.callTool(add)).toMatchObject(added);
    await client.close();
  });

  it('does not get what the user unticked, and goes on reading', async () => {
    const authProvider = new TestOAuthProvider(server.url, without('scope'));
    const client = await connect(authProvider);
    expect(authProvider.tokens()?.scope).toBe('notes:read');
    await expect(client.callTool(add)).rejects.toThrow('403');
    expect((await client.callTool({ name: 'read_notes' })).isError).toBeFalsy();
    await client.close();
  });
});

it('a client of the 2.x SDK asks again for what the user unticked, once a tool needs it', async () => {
  let unticks = true;
  const authProvider = new TestOAuthProvider(server.url, (form) => (unticks ? without('scope')(form) : form));
  const options = { versionNegotiation: { mode: { pin: '2026-07-28' } } };
  const transport = () => new StreamableHTTPClientTransport(new URL(server.mcpUrl), { authProvider });
  const finish = (at: StreamableHTTPClientTransport) =>
    at.finishAuth(authProvider.callback ?? new URLSearchParams());
  const first = transport();
  await expect(new Client(info, options).connect(first)).rejects.toThrow(UnauthorizedError);
  await finish(first);
  expect(authProvider.tokens()?.scope).toBe('notes:read');
  const second = transport();
  const client = new Client(info, options);
  await client.connect(second);
  unticks = false;
  await expect(client.callTool(add)).rejects.toThrow(/Unauthorized/);
  await finish(second);
  expect(authProvider.tokens()?.scope).toBe('notes:read notes:write');
  expect(await client.callTool(add)).toMatchObject(added);
  await client.close();
});

describe('a client that names no scope', () => {
  it('gets the default scope unless the user ticks more', async () => {
    expect((await signInForTokens(server.url)).scope).toBe('notes:read');
  });

  it('gets what the user ticks', async () => {
    const { client_id } = await register(server.url);
    const { challenge, verifier } = pkce();
    const browser = new Browser(server.url);
    const target = authorizeUrl(server.url, client_id, challenge);
    const page = await (await browser.loginPage(target)).text();
    expect(page).toMatch(/name="scope" value="notes:write" +>/);
    const answer = await browser.submit({ ...(await browser.open(target)), scope: 'notes:write' });
    const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
    const form = { grant_type: 'authorization_code', client_id, code, code_verifier: verifier };
    const response = await fetch(`${server.url}/token`, { method: 'POST', body: new URLSearchParams(form) });
    expect(await response.json()).toMatchObject({ scope: 'notes:read notes:write' });
  });
});

describe('a client that shows the refusal to its user', () => {
  const problem = /This needs the permission notes:write, which was not granted\. Connect again and allow it/;
  const refused: [string, string, Record<string, unknown>][] = [
    ['a tool', 'tools/call', add],
    ['a resource', 'resources/read', { uri: 'notes://people/ann' }],
  ];

  it.each(refused)(
    'names what is missing for %s, and what to do, in both eras',
    async (_what, method, call) => {
      const { access_token } = await signInForTokens(server.url);
      const Authorization = `Bearer ${access_token}`;
      const name = String(call['name'] ?? call['uri']);
      const eras: [Record<string, unknown>, Record<string, string>][] = [
        [call, {}],
        [
          { ...call, _meta: MODERN_META },
          { 'Mcp-Protocol-Version': '2026-07-28', 'Mcp-Method': method, 'Mcp-Name': name },
        ],
      ];
      for (const [params, headers] of eras) {
        const body = { jsonrpc: '2.0', id: 1, method, params };
        const response = await post(server.mcpUrl, body, { Authorization, ...headers });
        expect(response.status).toBe(403);
        expect(await response.json()).toEqual({
          error: 'insufficient_scope',
          error_description: expect.stringMatching(problem),
        });
        expect(response.headers.get('www-authenticate')).toMatch(problem);
        expect(response.headers.get('www-authenticate')).toContain('scope="notes:write"');
      }
    },
  );

  it.each([
    ['a tool, in its answer', 'tools/call', add, '"isError":true'],
    ['a resource, also as data', 'resources/read', { uri: 'notes://people/ann' }, '"scopes":["notes:write"]'],
  ])('names it over SSE for %s', async (_what, method, params, form) => {
    const { access_token } = await signInForTokens(server.url);
    const stream = await openStream(server.url, { Authorization: `Bearer ${access_token}` });
    const initialize = { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: info };
    await stream.send({ id: 0, method: 'initialize', params: initialize });
    await stream.send({ id: 1, method, params });
    const answer = await stream.read('"id":1');
    expect(answer).toMatch(problem);
    expect(answer).toContain(form);
    stream.drop();
  });
});
