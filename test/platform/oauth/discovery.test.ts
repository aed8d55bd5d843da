import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FixtureApp, startFixture } from '../../support/app/fixture.js';
import { authorizeUrl, Browser, CALLBACK, pkce } from '../../support/oauth/oauth.js';

let server: FixtureApp;
beforeAll(async () => {
  server = await startFixture();
});
afterAll(() => server.stop());

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, { headers });
const json = async (path: string) => (await (await get(path)).json()) as Record<string, unknown>;

/** Returns everything a visitor can see: headers and body. */
const headersAndBody = async (response: Response) =>
  JSON.stringify([...response.headers, await response.text()]);

describe('discovery', () => {
  it.each(['/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-protected-resource'])(
    '%s describes the endpoint',
    async (path) => {
      const response = await get(path);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toContain('application/json');
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      expect(await response.json()).toMatchObject({
        resource: server.mcpUrl,
        authorization_servers: [server.url],
        scopes_supported: ['notes:read', 'notes:write'],
        bearer_methods_supported: ['header'],
      });
    },
  );

  it('the issuer is the origin without a slash, the same as in the resource metadata', async () => {
    const { issuer } = await json('/.well-known/oauth-authorization-server');
    const { authorization_servers } = await json('/.well-known/oauth-protected-resource/mcp');
    expect(issuer).toBe(server.url);
    expect(authorization_servers).toEqual([issuer]);
  });

  it('the metadata offers S256 only, iss on answers, and revocation for public clients', async () => {
    const methods = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'];
    expect(await json('/.well-known/oauth-authorization-server')).toMatchObject({
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
      token_endpoint_auth_methods_supported: methods,
      token_endpoint_auth_signing_alg_values_supported: expect.arrayContaining(['ES256', 'RS256']),
      revocation_endpoint_auth_methods_supported: methods,
      revocation_endpoint_auth_signing_alg_values_supported: expect.arrayContaining(['ES256', 'RS256']),
      scopes_supported: ['notes:read', 'notes:write'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
    });
  });

  it('every endpoint of the metadata is an address of this server', async () => {
    const metadata = await json('/.well-known/oauth-authorization-server');
    const endpoints = Object.entries(metadata).filter(([name]) => /_endpoint$|_uri$/.test(name));
    expect(endpoints).toHaveLength(5);
    for (const [, endpoint] of endpoints) expect(endpoint).toMatch(new RegExp(`^${server.url}/`));
  });

  it('openid-configuration is 404 as JSON', async () => {
    const response = await get('/.well-known/openid-configuration');
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: 'not_found' });
  });

  it.each(['/mcp', '/sse', '/messages', '/MCP'])(
    'metadata below %s is 404 as JSON for everyone, never a challenge',
    async (endpoint) => {
      for (const name of [
        'oauth-protected-resource',
        'oauth-authorization-server',
        'openid-configuration',
        '',
      ]) {
        for (const headers of [{}, { Authorization: 'Bearer expired' }, { Origin: 'https://app.example' }]) {
          const response = await get(`${endpoint}/.well-known/${name}`, headers);
          expect(response.status).toBe(404);
          expect(response.headers.get('www-authenticate')).toBeNull();
          expect(response.headers.get('access-control-allow-origin')).toBe('*');
          expect(await response.json()).toMatchObject({ error: 'not_found' });
        }
      }
    },
  );

  it('a forged Host or X-Forwarded-Host is reflected nowhere', async () => {
    for (const path of [
      '/.well-known/oauth-authorization-server',
      '/.well-known/oauth-protected-resource',
      '/mcp',
      '/authorize?client_id=nobody',
      '/login?request=x',
    ]) {
      const forwarded = await get(path, { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https' });
      expect(await headersAndBody(forwarded)).not.toContain('evil.example');
      const { status, text } = await new Promise<{ status: number; text: string }>((resolve) => {
        request(`${server.url}${path}`, { headers: { Host: 'evil.example' } }, (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        }).end();
      });
      expect(status).toBe(403);
      expect(text).not.toContain('evil.example');
    }
  });

  it('a forged host is not reflected from registration to the answer either', async () => {
    const forged = { 'X-Forwarded-Host': 'evil.example', Forwarded: 'host=evil.example' };
    const registration = await fetch(`${server.url}/register`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...forged },
      body: JSON.stringify({ redirect_uris: [CALLBACK], token_endpoint_auth_method: 'none' }),
    });
    const { client_id } = (await registration.clone().json()) as { client_id: string };
    expect(await headersAndBody(registration)).not.toContain('evil.example');
    const target = authorizeUrl(server.url, client_id, pkce().challenge);
    const redirect = await fetch(target, { redirect: 'manual', headers: forged });
    expect(redirect.status).toBe(303);
    expect(await headersAndBody(redirect)).not.toContain('evil.example');
    const browser = new Browser(server.url);
    const answer = await browser.submit(await browser.open(target), forged);
    expect(answer.headers.get('location')).toContain(`iss=${encodeURIComponent(server.url)}`);
    expect(await headersAndBody(answer)).not.toContain('evil.example');
  });

  it('preflight requests are answered only where scripts may call', async () => {
    const preflight = (path: string) =>
      fetch(`${server.url}${path}`, {
        method: 'OPTIONS',
        headers: { Origin: 'https://app.example', 'Access-Control-Request-Method': 'POST' },
      });
    for (const path of ['/token', '/register', '/revoke', '/.well-known/oauth-authorization-server']) {
      const response = await preflight(path);
      expect(response.status, path).toBe(204);
      expect(response.headers.get('access-control-allow-origin'), path).toBe('*');
      expect(response.headers.get('access-control-allow-credentials'), path).toBeNull();
    }
    for (const path of ['/authorize', '/login']) {
      expect((await preflight(path)).headers.get('access-control-allow-origin'), path).toBeNull();
      expect((await get(path)).headers.get('access-control-allow-origin'), path).toBeNull();
    }
  });

  it('the key set has public keys only, each with an id', async () => {
    const { keys } = (await json('/.well-known/jwks.json')) as { keys: Record<string, unknown>[] };
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatchObject({
      kty: 'EC',
      crv: 'P-256',
      alg: 'ES256',
      use: 'sig',
      kid: expect.any(String),
    });
    expect(keys[0]).not.toHaveProperty('d');
  });

  it('other methods are refused as JSON', async () => {
    const response = await fetch(`${server.url}/.well-known/oauth-authorization-server`, { method: 'POST' });
    expect(response.status).toBe(405);
    expect(await response.json()).toMatchObject({ error: 'invalid_request' });
  });
});

it('ENABLE_DCR=false removes the registration endpoint and does not advertise it', async () => {
  const closed = await startFixture({ ENABLE_DCR: 'false' });
  const response = await fetch(`${closed.url}/.well-known/oauth-authorization-server`);
  expect(await response.json()).not.toHaveProperty('registration_endpoint');
  expect((await fetch(`${closed.url}/register`, { method: 'POST' })).status).toBe(404);
  await closed.stop();
});
