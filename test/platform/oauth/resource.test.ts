import { decodeJwt, decodeProtectedHeader, exportSPKI, importJWK, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectModern, ping, post } from '../../support/app/clients.js';
import { type FixtureApp, startFixture } from '../../support/app/fixture.js';
import { type Registration, signInForTokens, type Tokens } from '../../support/oauth/oauth.js';
import { signAsServer } from '../../support/oauth/server-key.js';

let server: FixtureApp;
let tokens: Tokens & { client: Registration };
beforeAll(async () => {
  server = await startFixture({ RATE_LIMIT_SCALE: '100' });
  tokens = await signInForTokens(server.url);
});
afterAll(() => server.stop());

const call = (authorization: string) => ping(server.mcpUrl, authorization);

async function expectInvalidToken(token: string): Promise<void> {
  const response = await call(`Bearer ${token}`);
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
}

describe('the protected resource', () => {
  it('answers a request without a token with 401, resource_metadata and scope, without an error code', async () => {
    const response = await fetch(server.mcpUrl, { method: 'POST' });
    expect(response.status).toBe(401);
    const challenge = response.headers.get('www-authenticate');
    expect(challenge).toContain(`resource_metadata="${server.url}/.well-known/oauth-protected-resource/mcp"`);
    expect(challenge).toContain('scope="notes:read notes:write"');
    expect(challenge).not.toContain('error=');
  });

  it('garbage, a refresh token, alg none and a MAC with our public key are 401', async () => {
    await expectInvalidToken('garbage');
    await expectInvalidToken(tokens.refresh_token);
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const claims = decodeJwt(tokens.access_token);
    await expectInvalidToken(`${encode({ alg: 'none', typ: 'at+jwt' })}.${encode(claims)}.`);
    const { keys } = (await (await fetch(`${server.url}/.well-known/jwks.json`)).json()) as { keys: JWK[] };
    const publicKey = await importJWK(keys[0] as JWK, 'ES256', { extractable: true });
    if (publicKey instanceof Uint8Array) throw new Error('no public key');
    const secret = new TextEncoder().encode(await exportSPKI(publicKey));
    const header = { alg: 'HS256', typ: 'at+jwt', kid: keys[0]?.kid ?? '' };
    await expectInvalidToken(await new SignJWT(claims).setProtectedHeader(header).sign(secret));
    expect(
      (await fetch(`${server.mcpUrl}?access_token=${tokens.access_token}`, { method: 'POST' })).status,
    ).toBe(401);
  });

  it('a changed payload is 401, Basic is 401, and the scheme may be in lower case', async () => {
    const [header, , signature] = tokens.access_token.split('.');
    const changed = { ...decodeJwt(tokens.access_token), sub: 'bea' };
    const payload = Buffer.from(JSON.stringify(changed)).toString('base64url');
    await expectInvalidToken(`${header}.${payload}.${signature}`);
    expect((await call(`bearer ${tokens.access_token}`)).status).toBe(200);
    expect((await call(`Basic ${tokens.access_token}`)).status).toBe(401);
  });

  it('the token has the claims of RFC 9068 and lives an hour at most', () => {
    expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: expect.any(String),
    });
    const claims = decodeJwt(tokens.access_token);
    expect(claims).toMatchObject({
      iss: server.url,
      sub: 'ann',
      aud: server.mcpUrl,
      client_id: tokens.client.client_id,
      scope: 'notes:read',
      jti: expect.any(String),
    });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(3600);
  });

  it('GET and DELETE without a token are 401', async () => {
    for (const method of ['GET', 'DELETE']) expect((await fetch(server.mcpUrl, { method })).status).toBe(401);
  });

  it('tokens signed by our own key for another audience, issuer, type or time are 401', async () => {
    const claims = decodeJwt(tokens.access_token);
    const sign = (changes: object, typ?: string) =>
      signAsServer(server.databaseUrl, { ...claims, ...changes }, typ);
    expect((await call(`Bearer ${await sign({})}`)).status).toBe(200);
    await expectInvalidToken(await sign({ aud: 'https://other.example/mcp' }));
    await expectInvalidToken(await sign({ iss: 'https://other.example' }));
    await expectInvalidToken(await sign({ exp: 1 }));
    await expectInvalidToken(await sign({ gid: 'another-grant' }));
    await expectInvalidToken(await sign({}, 'JWT'));
  });
});

it('a tool that needs a scope the user has not granted is 403, with what it needs', async () => {
  const params = { name: 'add_note', arguments: { text: 'Call Bea' } };
  const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params };
  const response = await post(server.mcpUrl, body, { Authorization: `Bearer ${tokens.access_token}` });
  expect(response.status).toBe(403);
  const challenge = response.headers.get('www-authenticate');
  expect(challenge).toContain('error="insufficient_scope"');
  expect(challenge).toContain('scope="notes:write"');
  expect(challenge).toContain(`resource_metadata="${server.url}/.well-known/oauth-protected-resource/mcp"`);
  const more = await signInForTokens(server.url, { parameters: { scope: 'notes:read notes:write' } });
  const allowed = await post(server.mcpUrl, body, { Authorization: `Bearer ${more.access_token}` });
  expect(await allowed.text()).toContain('"added":"Call Bea"');
});

describe('tools know the user', () => {
  it('a tool is told who signed in, and through which client', async () => {
    const client = await connectModern(server.mcpUrl, tokens.access_token);
    const { structuredContent } = await client.callTool({ name: 'who_is_calling' });
    expect(structuredContent).toEqual({
      kind: 'user',
      id: 'ann',
      name: 'Ann',
      scopes: ['notes:read'],
      client_id: tokens.client.client_id,
    });
    await client.close();
  });
});
