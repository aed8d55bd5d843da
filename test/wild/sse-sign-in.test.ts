import { Client, SSEClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nowInSeconds } from '../../src/platform/clock.js';
import { tokenWorks } from '../support/app/clients.js';
import { type FixtureApp, startFixture } from '../support/app/fixture.js';
import { authorizeUrl, pkce, refresh, register, signIn, signInForTokens } from '../support/oauth/oauth.js';
import { TestOAuthProvider } from '../support/oauth/oauth-provider.js';
import { signAsServer } from '../support/oauth/server-key.js';

let server: FixtureApp;
let sse: string;
beforeAll(async () => {
  server = await startFixture({ RATE_LIMIT_SCALE: '100' });
  sse = `${server.url}/sse`;
});
afterAll(() => server.stop());

const info = { name: 'sse-client', version: '1.0.0' };
const add = { name: 'add_note', arguments: { text: 'Hello' } };
const added = { structuredContent: { added: 'Hello' } };

/** Replaces the access token with one that is correct except that it has expired. */
async function expireAccessToken(provider: TestOAuthProvider): Promise<void> {
  const tokens = provider.tokens();
  const claims = { ...decodeJwt(tokens?.access_token ?? ''), exp: nowInSeconds() - 1 };
  const access_token = await signAsServer(server.databaseUrl, claims);
  provider.saveTokens({ token_type: 'Bearer', ...tokens, access_token });
}

describe('a client that was given /sse signs in, calls a tool, and refreshes at /messages', () => {
  it('with the 1.x SDK', async () => {
    const authProvider = new TestOAuthProvider(server.url);
    const transport = () => new LegacyTransport(new URL(sse), { authProvider: authProvider as never });
    const first = transport();
    await expect(new LegacyClient(info).connect(first as never)).rejects.toThrow('Unauthorized');
    await first.finishAuth(authProvider.callback?.get('code') ?? '');
    const client = new LegacyClient(info);
    await client.connect(transport() as never);
    expect(await client.callTool(add)).toMatchObject(added);
    await expireAccessToken(authProvider);
    expect(await client.callTool(add)).toMatchObject(added);
    // The sign-in, the expired token that replaced its token, the refresh.
    expect(authProvider.saved).toBe(3);
    await client.close();
  });

  it('with the 2.x SDK', async () => {
    const authProvider = new TestOAuthProvider(server.url);
    const transport = () => new SSEClientTransport(new URL(sse), { authProvider });
    const first = transport();
    await expect(new Client(info).connect(first)).rejects.toThrow(UnauthorizedError);
    await first.finishAuth(authProvider.callback ?? new URLSearchParams());
    const client = new Client(info);
    await client.connect(transport());
    expect(await client.callTool(add)).toMatchObject(added);
    await expireAccessToken(authProvider);
    expect(await client.callTool(add)).toMatchObject(added);
    expect(authProvider.saved).toBe(3);
    await client.close();
  });
});

describe('what other clients compare', () => {
  it.each([
    ['GET', '/sse', '/sse'],
    ['POST', '/messages?sessionId=x', '/sse'],
    ['POST', '/mcp', '/mcp'],
  ])('%s %s is challenged with metadata that names %s as the resource', async (method, path, endpoint) => {
    const challenge = (await fetch(`${server.url}${path}`, { method })).headers.get('www-authenticate') ?? '';
    const named = /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? '';
    expect(named).toBe(`${server.url}/.well-known/oauth-protected-resource${endpoint}`);
    expect(challenge).toContain('scope="notes:read notes:write"');
    expect(await (await fetch(named)).json()).toEqual({
      resource: `${server.url}${endpoint}`,
      authorization_servers: [server.url],
      scopes_supported: ['notes:read', 'notes:write'],
      bearer_methods_supported: ['header'],
    });
  });
});

describe('a token for one transport', () => {
  const opensStream = async (token: string) => {
    const abort = new AbortController();
    const headers = { Authorization: `Bearer ${token}` };
    const { status } = await fetch(sse, { headers, signal: abort.signal });
    abort.abort();
    return status === 200;
  };

  it.each(['/sse', '/sse/', '/mcp', ''])('is good for both when it was asked for as %j', async (path) => {
    const resource = `${server.url}${path}`;
    const tokens = await signInForTokens(server.url, { parameters: { resource } });
    expect(await tokenWorks(server.mcpUrl, tokens.access_token)).toBe(true);
    expect(await opensStream(tokens.access_token)).toBe(true);
  });

  it('may be redeemed and refreshed in the name of the other', async () => {
    const { redeem, client } = await signIn(server.url, { parameters: { resource: sse } });
    const tokens = (await (await redeem({ resource: server.mcpUrl })).json()) as { refresh_token: string };
    const response = await refresh(server.url, { ...tokens, client }, { resource: sse });
    expect(response.status).toBe(200);
    const { access_token } = (await response.json()) as { access_token: string };
    expect(await opensStream(access_token)).toBe(true);
  });

  it.each(['/messages', '/sse/x', '/SSE', '/sse?x=1', '/sse#x'])(
    'is not issued for %s, which is neither',
    async (path) => {
      const { client_id } = await register(server.url);
      const url = authorizeUrl(server.url, client_id, pkce().challenge, { resource: `${server.url}${path}` });
      const location = (await fetch(url, { redirect: 'manual' })).headers.get('location');
      expect(location).toContain('error=invalid_target');
    },
  );

  it('is refused when it was signed for the other one of another server', async () => {
    const { access_token } = await signInForTokens(server.url);
    const claims = { ...decodeJwt(access_token), aud: 'https://other.example/sse' };
    const forged = await signAsServer(server.databaseUrl, claims);
    expect([await tokenWorks(server.mcpUrl, forged), await opensStream(forged)]).toEqual([false, false]);
  });
});

it('ENABLE_SSE=false leaves neither metadata nor a resource of /sse behind', async () => {
  const without = await startFixture({ ENABLE_SSE: 'false' });
  const metadata = await fetch(`${without.url}/.well-known/oauth-protected-resource/sse`);
  expect([metadata.status, await metadata.json()]).toMatchObject([404, { error: 'not_found' }]);
  const { client_id } = await register(without.url);
  const resource = `${without.url}/sse`;
  const url = authorizeUrl(without.url, client_id, pkce().challenge, { resource });
  const location = (await fetch(url, { redirect: 'manual' })).headers.get('location');
  expect(location).toContain('error=invalid_target');
  await without.stop();
});
