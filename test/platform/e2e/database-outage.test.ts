import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { UnauthorizedError as LegacyUnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectLegacy, connectModern } from '../../support/app/clients.js';
import { freePort, SERVICE_TOKEN } from '../../support/app/port.js';
import { openStream } from '../../support/app/sse.js';
import {
  authorizeUrl,
  Browser,
  pkce,
  refresh,
  register,
  signInForTokens,
} from '../../support/oauth/oauth.js';
import { TestOAuthProvider } from '../../support/oauth/oauth-provider.js';
import { https, nginxProgram, prepareNginx } from '../../support/programs/nginx.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../../support/programs/postgres.js';
import { startServer, type TestServer } from '../../support/programs/server.js';

const info = { name: 'outage', version: '1.0.0' };
const DOWN = 'The database does not answer. Try again in a moment';

/** A connected client of either SDK. */
interface Connected {
  call: (tool: string, args?: Record<string, unknown>) => Promise<unknown>;
  close: () => Promise<void>;
  provider?: TestOAuthProvider;
}

describe.skipIf(postgresProgram === undefined)('while PostgreSQL is down, and once it is back,', () => {
  let database: TestPostgres;
  let server: TestServer;
  beforeAll(async () => {
    database = await startPostgres();
    server = await startServer({ DATABASE_URL: database.url, DEMO_DATA: 'true', RATE_LIMIT_SCALE: '100' });
  });
  afterAll(async () => {
    await server?.stop();
    await database?.stop();
  });

  const withToken = (client: Client | LegacyClient): Connected => ({
    call: (name, args) => client.callTool({ name, arguments: args ?? {} }),
    close: () => client.close(),
  });

  async function signedIn2026(): Promise<Connected> {
    const provider = new TestOAuthProvider(server.url);
    const options = { versionNegotiation: { mode: { pin: '2026-07-28' } } };
    const transport = () =>
      new StreamableHTTPClientTransport(new URL(server.mcpUrl), { authProvider: provider });
    const first = transport();
    await expect(new Client(info, options).connect(first)).rejects.toThrow(UnauthorizedError);
    await first.finishAuth(provider.callback ?? new URLSearchParams());
    const client = new Client(info, options);
    await client.connect(transport());
    return { ...withToken(client), provider };
  }

  async function signedIn2025(): Promise<Connected> {
    const provider = new TestOAuthProvider(server.url);
    const transport = () =>
      new LegacyTransport(new URL(server.mcpUrl), { authProvider: provider as never }) as never;
    const first: LegacyTransport = transport();
    await expect(new LegacyClient(info).connect(first as never)).rejects.toThrow(LegacyUnauthorizedError);
    await first.finishAuth(provider.callback?.get('code') ?? '');
    const client = new LegacyClient(info);
    await client.connect(transport());
    return { ...withToken(client), provider };
  }

  /** Makes the server refuse the access token without asking the database, so that the client refreshes. */
  function spoilAccessToken(provider: TestOAuthProvider): void {
    const tokens = provider.tokens();
    provider.saveTokens({ token_type: 'Bearer', ...tokens, access_token: 'expired' });
  }

  it('real clients see an error, keep their connection and their sign-in, and work on', async () => {
    const clients: Connected[] = [
      withToken(await connectModern(server.mcpUrl)),
      withToken(await connectLegacy(server.mcpUrl)),
      await signedIn2026(),
      await signedIn2025(),
    ];
    for (const { call } of clients) await call('read_notes');
    const stream = await openStream(server.url);
    const tokens = await signInForTokens(server.url);
    const browser = new Browser(server.url);
    const form = await browser.open(
      authorizeUrl(server.url, (await register(server.url)).client_id, pkce().challenge),
    );

    await database.kill();
    for (const { call } of clients) {
      await expect(call('read_notes')).rejects.toThrow(DOWN);
    }
    const signedIn = clients.filter(({ provider }) => provider !== undefined);
    for (const { call, provider } of signedIn) {
      if (provider === undefined) continue;
      spoilAccessToken(provider);
      provider.callback = undefined;
      await expect(call('read_notes')).rejects.toThrow(DOWN);
      expect(provider.tokens()?.refresh_token).toBeTruthy();
      expect(provider.callback).toBeUndefined();
    }
    await stream.send({ id: 1, method: 'tools/call', params: { name: 'read_notes', arguments: {} } });
    expect(await stream.read(DOWN)).toMatch(/"error":\{"code":-32000/);
    expect((await refresh(server.url, tokens)).status).toBe(503);
    expect((await browser.submit(form)).status).toBe(503);
    expect(server.output()).toMatch(/"reason":"The database does not answer","cause":"[^"]*ECONNREFUSED/);
    expect(server.output()).not.toMatch(/"stack":.*"msg":"unavailable"|request failed|handler failed/);

    await database.start();
    await expect.poll(async () => (await fetch(`${server.url}/readyz`)).status).toBe(200);
    for (const { call, close } of clients) {
      expect(await call('add_note', { text: 'kept' })).toMatchObject({
        structuredContent: { added: 'kept' },
      });
      await close();
    }
    for (const { provider } of signedIn) expect(provider?.callback).toBeUndefined();
    await stream.send({ id: 2, method: 'tools/call', params: { name: 'read_notes', arguments: {} } });
    expect(await stream.read('"id":2')).toContain('"notes":[');
    stream.drop();
    expect((await refresh(server.url, tokens)).status).toBe(200);
    expect((await browser.submit(form)).status).toBe(303);
  });

  it.skipIf(nginxProgram === undefined)('the nginx of this repository passes the answer on', async () => {
    const prepared = await prepareNginx();
    const port = await freePort();
    const behind = await startServer({
      PORT: String(port),
      PUBLIC_URL: prepared.url,
      TRUST_PROXY: '1',
      DEMO_DATA: 'true',
      DATABASE_URL: database.url,
    });
    const nginx = await prepared.start([port]);
    await database.kill();
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 7,
      method: 'tools/call',
      params: { name: 'read_notes' },
    });
    const answer = await https(nginx, '/mcp', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        Authorization: `Bearer ${SERVICE_TOKEN}`,
      },
      body,
    });
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
    expect(JSON.parse(answer.body)).toEqual({
      jsonrpc: '2.0',
      id: 7,
      error: { code: -32000, message: DOWN },
    });
    await database.start();
    await nginx.stop();
    await behind.stop();
  });
});
