import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, SERVICE_TOKEN } from '../../support/app/port.js';
import {
  https,
  nginxProgram,
  openHttps,
  prepareNginx,
  type TestNginx,
} from '../../support/programs/nginx.js';
import { startServer, type TestServer } from '../../support/programs/server.js';

const run = promisify(execFile);
const EXAMPLE = join(import.meta.dirname, '../../../examples/connect-with-client.ts');
const authorization = { Authorization: `Bearer ${SERVICE_TOKEN}` };
const json = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };
const ping = {
  method: 'POST',
  headers: { ...json, ...authorization },
  body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
};

describe.skipIf(nginxProgram === undefined)('behind the nginx of this repository', () => {
  let nginx: TestNginx;
  let servers: TestServer[];
  let environment: Record<string, string>;
  beforeAll(async () => {
    const prepared = await prepareNginx();
    const ports = [await freePort(), await freePort()];
    environment = {
      PUBLIC_URL: prepared.url,
      TRUST_PROXY: '1',
      DEMO_DATA: 'true',
      MCP_AUTH_TOKEN: SERVICE_TOKEN,
    };
    const first = await startServer({ ...environment, PORT: String(ports[0]) });
    environment['DATABASE_URL'] = first.databaseUrl;
    servers = [first, await startServer({ ...environment, PORT: String(ports[1]) })];
    nginx = await prepared.start(ports);
  });
  afterAll(async () => {
    await nginx?.stop();
    await Promise.all((servers ?? []).map((server) => server.stop()));
  });

  it('a real client signs in and calls tools over https, on two servers', async () => {
    const args = ['--import', 'tsx', EXAMPLE, `${nginx.url}/mcp`, '--headless', 'ann', 'the password of ann'];
    const env = { PATH: process.env['PATH'], NODE_EXTRA_CA_CERTS: nginx.certificate };
    const { stdout } = await run(process.execPath, args, { env });
    expect(stdout).toContain('Signed in, and refreshed the access token');
    expect(stdout).toContain('"id":"ann"');
    expect(stdout).toContain('\nread_notes\n');
  });

  it('every address in the metadata is the public one, whatever a client forwards', async () => {
    const forged = {
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'http',
      'X-Forwarded-For': '203.0.113.7',
      Forwarded: 'host=evil.example;proto=http',
    };
    const metadata = await https(nginx, '/.well-known/oauth-authorization-server', { headers: forged });
    expect(JSON.parse(metadata.body)).toMatchObject({
      issuer: nginx.url,
      token_endpoint: `${nginx.url}/token`,
    });
    const challenge = await https(nginx, '/mcp', { method: 'POST', headers: forged });
    expect(challenge.status).toBe(401);
    expect(challenge.headers['www-authenticate']).toContain(`resource_metadata="${nginx.url}/`);
  });

  it('forged addresses do not get around the limits', async () => {
    const statuses = [];
    for (let index = 0; index < 31; index += 1) {
      const redirect_uris = [`http://127.0.0.1/${index}`];
      const answer = await https(nginx, '/register', {
        method: 'POST',
        headers: { ...json, 'X-Forwarded-For': `203.0.113.${index}` },
        body: JSON.stringify({ redirect_uris, token_endpoint_auth_method: 'none' }),
      });
      statuses.push(answer.status);
    }
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
    expect(statuses.at(-1)).toBe(429);
  });

  it('the sign-in cookie is for https and this host only', async () => {
    const registered = await https(nginx, '/register', {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ redirect_uris: ['http://127.0.0.1/0'], token_endpoint_auth_method: 'none' }),
    });
    const client = registered.status === 201 ? JSON.parse(registered.body).client_id : await anyClient();
    const query = new URLSearchParams({
      client_id: client,
      response_type: 'code',
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
    });
    const { headers, status } = await https(nginx, `/authorize?${query}`);
    expect(status).toBe(303);
    expect(headers['set-cookie']?.[0]).toMatch(
      /^__Host-mcp_login_[\w-]{12}=.*HttpOnly; Secure; SameSite=Lax/,
    );
    expect(headers['strict-transport-security']).toBeDefined();
  });

  async function anyClient(): Promise<string> {
    const { connectStore } = await import('../../../src/platform/store/database.js');
    const store = await connectStore(environment['DATABASE_URL'] ?? '');
    const { client_id } = await store
      .selectFrom('oauth_clients')
      .select('client_id')
      .limit(1)
      .executeTakeFirstOrThrow();
    await store.destroy();
    return client_id;
  }

  it('/mcp/ is served without a redirect', async () => {
    expect((await https(nginx, '/mcp/', ping)).status).toBe(200);
    expect((await https(nginx, '/mcp/', { method: 'POST' })).status).toBe(401);
  });

  it('a body of 2 MB is answered as JSON, as JSON-RPC on /mcp', async () => {
    const body = 'x'.repeat(2_000_000);
    const message = await https(nginx, '/mcp', { ...ping, body });
    expect(message.status).toBe(413);
    expect(JSON.parse(message.body)).toMatchObject({ jsonrpc: '2.0', error: { code: -32000 } });
    const form = await https(nginx, '/token', { method: 'POST', body });
    expect(form.status).toBe(413);
    expect(JSON.parse(form.body)).toMatchObject({ error: 'invalid_request' });
  });

  it('a foreign Host is left to the allowlist of the server', async () => {
    const answer = await https(nginx, '/mcp', { headers: { Host: 'evil.example' }, servername: 'localhost' });
    expect(answer.status).toBe(403);
    expect(answer.body).toContain('ALLOWED_HOSTS');
  });

  it('the old transport works on two servers, and its events are not held back', async () => {
    for (let round = 0; round < 4; round += 1) {
      const stream = await openHttps(nginx, '/sse', { headers: authorization });
      stream.setEncoding('utf8');
      const events = stream[Symbol.asyncIterator]();
      const address = /data: (\S+)/.exec((await events.next()).value)?.[1] ?? '';
      expect((await https(nginx, address, ping)).status).toBe(202);
      expect((await events.next()).value).toContain('"result":{}');
      stream.destroy();
    }
  });

  it('messages reach their stream from any address, even after another server was down', async () => {
    const [first, second] = servers as [TestServer, TestServer];
    for (const [away, home] of [
      [first, second],
      [second, first],
    ] as const) {
      away.process.kill('SIGTERM');
      await away.exited;
      const stream = await openHttps(nginx, '/sse', { headers: authorization, localAddress: '127.0.0.2' });
      stream.setEncoding('utf8');
      const events = stream[Symbol.asyncIterator]();
      const address = /data: (\S+)/.exec((await events.next()).value)?.[1] ?? '';
      const port = new URL(away.listening).port;
      servers[servers.indexOf(away)] = await startServer({ ...environment, PORT: port });
      for (const localAddress of ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.1']) {
        expect((await https(nginx, address, { ...ping, localAddress })).status).toBe(202);
        expect((await events.next()).value).toContain('"result":{}');
      }
      expect(home.output()).toContain('"route":"/sse"');
      stream.destroy();
    }
    const unknown = await https(nginx, '/messages?sessionId=http%3A%2F%2F127.0.0.1%3A1', ping);
    expect([unknown.status, JSON.parse(unknown.body)]).toEqual([
      404,
      expect.objectContaining({ error: 'unknown_session' }),
    ]);
  });

  it('pictures are cached by the proxy and serve ranges', async () => {
    const whole = await https(nginx, '/images/dot.jpg');
    expect(whole.headers['content-type']).toBe('image/jpeg');
    const part = await https(nginx, '/images/dot.jpg', { headers: { Range: 'bytes=0-3' } });
    expect([part.status, part.headers['content-range']]).toEqual([
      206,
      expect.stringMatching(/^bytes 0-3\//),
    ]);
  });

  it('servers can be restarted one by one without a failed call', async () => {
    const failed: unknown[] = [];
    let restarting = true;
    const calls = (async () => {
      while (restarting) {
        const answer = await https(nginx, '/mcp', ping);
        if (answer.status !== 200) failed.push(answer);
      }
    })();
    for (const [index, server] of servers.entries()) {
      const port = new URL(server.listening).port;
      server.process.kill('SIGTERM');
      await server.exited;
      servers[index] = await startServer({ ...environment, PORT: port });
    }
    for (const server of servers) await server.printed('"route":"/mcp"');
    restarting = false;
    await calls;
    expect(failed).toEqual([]);
  });
});
