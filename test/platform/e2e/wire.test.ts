import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MODERN_META, post } from '../../support/app/clients.js';
import { SERVICE_TOKEN } from '../../support/app/port.js';
import { startServer, type TestServer } from '../../support/programs/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ ALLOWED_ORIGINS: 'https://app.example.com' });
});
afterAll(() => server.stop());
afterAll(async () => {
  expect((await fetch(`${server.url}/healthz`)).status, 'the process lives').toBe(200);
});

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
const modernCall = {
  jsonrpc: '2.0',
  id: 7,
  method: 'tools/call',
  params: { name: 'read_notes', arguments: {}, _meta: MODERN_META },
};
const modernHeaders = {
  'Mcp-Protocol-Version': '2026-07-28',
  'Mcp-Method': 'tools/call',
  'Mcp-Name': 'read_notes',
};

/** Sends a request with a chosen Host header, which fetch does not allow. */
function getWithHost(path: string, host: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    request(`${server.url}${path}`, { headers: { Host: host } }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });
}

interface RpcError {
  error: { code: number; message: string };
}

async function expectRpcError(response: Response, status: number, code: number): Promise<string> {
  expect(response.status).toBe(status);
  const body = (await response.json()) as RpcError;
  expect(body).toMatchObject({ jsonrpc: '2.0', error: { code, message: expect.any(String) } });
  return body.error.message;
}

describe('bad messages', () => {
  it('broken JSON is a parse error', async () => {
    await expectRpcError(await post(server.mcpUrl, '{"jsonrpc":'), 400, -32700);
  });

  it.each([
    ['nothing', ''],
    ['a number', 5],
    ['no JSON-RPC', { hello: 1 }],
    ['a wrong version', { ...ping, jsonrpc: '1.0' }],
  ])('%s is refused', async (_name, body) => {
    await expectRpcError(await post(server.mcpUrl, body), 400, -32600);
  });

  it('a batch of 2026-07-28 messages is refused', async () => {
    const response = await post(server.mcpUrl, [modernCall, modernCall], modernHeaders);
    await expectRpcError(response, 400, -32600);
  });

  it('another content type is 415', async () => {
    await expectRpcError(await post(server.mcpUrl, ping, { 'Content-Type': 'text/plain' }), 415, -32000);
  });

  it('a body of 2 MB is 413, and the message names the limit', async () => {
    const big = { ...ping, params: { filler: 'x'.repeat(2_000_000) } };
    expect(await expectRpcError(await post(server.mcpUrl, big), 413, -32000)).toContain('1 MB');
    expect((await post(server.mcpUrl, big, { 'Content-Type': 'text/plain' })).status).toBe(413);
  });

  it.each([
    ['Mcp-Method', 'tools/list'],
    ['Mcp-Name', 'who_is_calling'],
  ])('a %s header that contradicts the body is refused', async (name, value) => {
    const response = await post(server.mcpUrl, modernCall, { ...modernHeaders, [name]: value });
    await expectRpcError(response, 400, -32020);
  });

  it('an unsupported version is refused with the list of those supported', async () => {
    const version = '2099-01-01';
    const _meta = { ...MODERN_META, 'io.modelcontextprotocol/protocolVersion': version };
    const body = { ...modernCall, params: { ...modernCall.params, _meta } };
    const response = await post(server.mcpUrl, body, { ...modernHeaders, 'Mcp-Protocol-Version': version });
    expect(response.status).toBe(400);
    expect(((await response.json()) as RpcError).error).toMatchObject({
      code: -32022,
      data: { supported: ['2026-07-28'] },
    });
  });

  it('an unknown method is not found', async () => {
    const body = { ...modernCall, method: 'tools/nothing' };
    const response = await post(server.mcpUrl, body, { ...modernHeaders, 'Mcp-Method': 'tools/nothing' });
    await expectRpcError(response, 404, -32601);
  });
});

describe('the transport', () => {
  it('answers a 2026-07-28 call as JSON', async () => {
    const response = await post(server.mcpUrl, modernCall, modernHeaders);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await response.json()).toMatchObject({ id: 7, result: { structuredContent: { notes: [] } } });
  });

  it('serves every older revision from initialize on', async () => {
    for (const protocolVersion of ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']) {
      const params = { protocolVersion, capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
      const response = await post(server.mcpUrl, { jsonrpc: '2.0', id: 1, method: 'initialize', params });
      expect(await response.text()).toContain(`"protocolVersion":"${protocolVersion}"`);
    }
  });

  it('serves /mcp/ without a redirect', async () => {
    expect((await post(`${server.mcpUrl}/`, modernCall, modernHeaders)).status).toBe(200);
    const response = await fetch(`${server.mcpUrl}/`, { method: 'POST', redirect: 'manual' });
    expect(response.status).toBe(401);
  });

  it.each(['GET', 'DELETE'])('%s is 401 without a token, and 405 with one', async (method) => {
    expect((await fetch(server.mcpUrl, { method })).status).toBe(401);
    const headers = { Authorization: `Bearer ${SERVICE_TOKEN}` };
    const response = await fetch(server.mcpUrl, { method, headers });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST, OPTIONS');
  });

  it('anything else is 404 as JSON', async () => {
    const response = await fetch(`${server.url}/nothing/here`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: 'not_found' });
  });
});

describe('the service token', () => {
  it('challenges a request without one, without an error code', async () => {
    const response = await fetch(server.mcpUrl, { method: 'POST' });
    expect(response.status).toBe(401);
    const challenge = response.headers.get('www-authenticate');
    expect(challenge).toBe(
      `Bearer resource_metadata="${server.url}/.well-known/oauth-protected-resource/mcp", scope="notes:read notes:write"`,
    );
  });

  it.each([
    ['one character off', `Bearer ${SERVICE_TOKEN.slice(0, -1)}0`],
    ['longer', `Bearer ${SERVICE_TOKEN}0`],
    ['of another scheme', `Basic ${SERVICE_TOKEN}`],
    ['empty', 'Bearer '],
  ])('refuses one that is %s', async (_name, authorization) => {
    const response = await post(server.mcpUrl, ping, { Authorization: authorization });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  it('does not accept one from the query', async () => {
    const response = await fetch(`${server.mcpUrl}?access_token=${SERVICE_TOKEN}`, { method: 'POST' });
    expect(response.status).toBe(401);
  });

  it('accepts the scheme in lower case', async () => {
    const headers = { ...modernHeaders, Authorization: `bearer ${SERVICE_TOKEN}` };
    expect((await post(server.mcpUrl, modernCall, headers)).status).toBe(200);
  });
});

describe('hosts and origins', () => {
  it('refuses a foreign Host and names the variable to set', async () => {
    const answer = await getWithHost('/mcp', 'evil.example');
    expect(answer).toMatchObject({ status: 403, body: expect.stringContaining('ALLOWED_HOSTS') });
  });

  it.each(['/healthz', '/readyz'])('answers %s under any Host', async (path) => {
    expect((await getWithHost(path, 'evil.example')).status).toBe(200);
  });

  it('refuses a foreign Origin and names the variable to set', async () => {
    const response = await post(server.mcpUrl, modernCall, {
      ...modernHeaders,
      Origin: 'https://evil.example',
    });
    expect(await expectRpcError(response, 403, -32000)).toContain('ALLOWED_ORIGINS');
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  it.each(['https://app.example.com', 'http://localhost:6274'])(
    'lets pages of %s read the answer',
    async (origin) => {
      const response = await post(server.mcpUrl, modernCall, { ...modernHeaders, Origin: origin });
      expect(response.status).toBe(200);
      expect(response.headers.get('access-control-allow-origin')).toBe(origin);
      expect(response.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate');
      expect(response.headers.get('vary')).toContain('Origin');
    },
  );

  it('lets them read the challenge too', async () => {
    const headers = { Origin: 'https://app.example.com' };
    const response = await fetch(server.mcpUrl, { method: 'POST', headers });
    expect(response.status).toBe(401);
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
  });

  it('answers a preflight request before the sign-in check', async () => {
    const response = await fetch(server.mcpUrl, {
      method: 'OPTIONS',
      headers: { Origin: 'https://app.example.com', 'Access-Control-Request-Method': 'POST' },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-headers')).toMatch(
      /Authorization.*Mcp-Method.*Mcp-Name/,
    );
  });
});
