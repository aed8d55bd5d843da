import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectModern, ping } from '../../support/app/clients.js';
import { freePort, SERVICE_TOKEN } from '../../support/app/port.js';
import { openStream } from '../../support/app/sse.js';
import { type IdentityProvider, startIdentityProvider } from '../../support/oauth/identity-provider.js';
import { startServer, type TestServer } from '../../support/programs/server.js';

let port: number;
let resource: string;
let provider: IdentityProvider;
let server: TestServer;

const serve = () =>
  startServer({ PORT: String(port), AUTH_MODE: 'external', EXTERNAL_ISSUER: provider.issuer });
const status = async (token: string) => (await ping(server.mcpUrl, `Bearer ${token}`)).status;

beforeAll(async () => {
  port = await freePort();
  resource = `http://localhost:${port}/mcp`;
  provider = await startIdentityProvider();
  server = await serve();
});
afterAll(async () => {
  await server.stop();
  await provider.remove();
});

describe('AUTH_MODE=external with a real provider', () => {
  it('names the provider as authorization server, and has no sign-in of its own', async () => {
    const metadata = await fetch(`${server.url}/.well-known/oauth-protected-resource/mcp`);
    expect(await metadata.json()).toMatchObject({ resource, authorization_servers: [provider.issuer] });
    const own = ['/.well-known/oauth-authorization-server', '/.well-known/jwks.json', '/authorize', '/login'];
    for (const path of own) expect((await fetch(`${server.url}${path}`)).status, path).toBe(404);
    for (const path of ['/register', '/token', '/revoke']) {
      expect((await fetch(`${server.url}${path}`, { method: 'POST' })).status, path).toBe(404);
    }
  });

  it('challenges without a token as always', async () => {
    const response = await fetch(server.mcpUrl, { method: 'POST' });
    expect(response.status).toBe(401);
    const challenge = response.headers.get('www-authenticate');
    expect(challenge).toContain('/.well-known/oauth-protected-resource/mcp');
    expect(challenge).toContain('scope="notes:read notes:write"');
  });

  it('turns its access token into a caller with the scopes of the token', async () => {
    const client = await connectModern(server.mcpUrl, await provider.token(resource));
    expect(await client.callTool({ name: 'who_is_calling' })).toMatchObject({
      structuredContent: { kind: 'user', id: 'a-client', scopes: ['notes:read'], client_id: 'a-client' },
    });
    await client.close();
  });

  it('accepts a token for /sse on both transports', async () => {
    const token = await provider.token(resource.replace('/mcp', '/sse'));
    expect(await status(token)).toBe(200);
    const stream = await openStream(server.url, { Authorization: `Bearer ${token}` });
    expect(stream.response.status).toBe(200);
    stream.drop();
  });

  it('refuses a token for another audience, and an opaque one', async () => {
    expect(await status(await provider.token('https://other.example/mcp'))).toBe(401);
    expect(await status(await provider.token('https://opaque.example'))).toBe(401);
  });

  it('accepts the static token beside it', async () => {
    expect(await status(SERVICE_TOKEN)).toBe(200);
  });

  it('answers 503, never 200, while the provider is needed and down, and 401 to tokens of others', async () => {
    const token = await provider.token(resource);
    await provider.stop();
    await server.stop();
    server = await serve();
    const response = await ping(server.mcpUrl, `Bearer ${token}`);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('30');
    expect(response.headers.get('www-authenticate')).toBeNull();
    expect(await status('garbage')).toBe(401);
    expect(await status(SERVICE_TOKEN)).toBe(200);
    expect(server.output()).toContain('the identity provider cannot be used');
    await provider.start();
  });
});
