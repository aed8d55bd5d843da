import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, openSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { freePort } from '../../support/app/port.js';
import {
  https,
  nginxProgram,
  openHttps,
  prepareNginx,
  type TestNginx,
} from '../../support/programs/nginx.js';
import { startRecorder } from '../../support/programs/recorder.js';

const root = join(import.meta.dirname, '../../..');
const MAX_AGE = 'public, max-age=60';
const hsts = expect.stringContaining('max-age=');

/** Tests of nginx itself, with a stub in place of the server. */
describe.skipIf(nginxProgram === undefined)('the nginx of this repository', () => {
  let nginx: TestNginx;
  let server: Awaited<ReturnType<typeof startRecorder>>;
  let held: ServerResponse | undefined;
  beforeAll(async () => {
    server = await startRecorder((path, res) => {
      if (path.startsWith('/images/')) res.setHeader('Cache-Control', MAX_AGE).end('picture');
      else if (/^\/(mcp|sse|messages)/.test(path)) {
        held = res;
        res.write('first');
      } else res.end('page');
    });
    nginx = await (await prepareNginx()).start([server.port], realAddressFrom('X-Test-Address'));
  });
  afterAll(async () => {
    await nginx?.stop();
    await server?.stop();
  });

  it('forwards the address and the scheme it saw, and nothing that a client invented', async () => {
    const forged = Object.fromEntries(
      ['X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'X-Real-IP', 'Forwarded'].map((name) => [
        name,
        'forged',
      ]),
    );
    await https(nginx, '/forged', { headers: { ...forged, Host: 'named.example' }, servername: 'localhost' });
    const { headers } = server.seen.at(-1) ?? {};
    expect(headers).toMatchObject({ host: 'named.example', 'x-forwarded-for': '127.0.0.1' });
    expect(headers).toMatchObject({ 'x-forwarded-proto': 'https' });
    expect(JSON.stringify(headers)).not.toContain('"forged"');
  });

  it.each(['/mcp', '/mcp/', '/sse', '/messages'])('%s is passed on unbuffered', async (path) => {
    const response = await openHttps(nginx, path, { method: path === '/sse' ? 'GET' : 'POST' });
    const chunks = response.setEncoding('utf8')[Symbol.asyncIterator]();
    expect((await chunks.next()).value).toBe('first');
    held?.end('last');
    expect((await chunks.next()).value).toBe('last');
    response.destroy();
  });

  it('a stream may be silent for an hour', () => {
    const streaming = readFileSync(join(root, 'nginx/streaming.conf'), 'utf8');
    expect(streaming).toContain('proxy_read_timeout 3600s;');
    expect(streaming).toContain('proxy_send_timeout 3600s;');
  });

  it('fetches a picture once, whatever query a client adds', async () => {
    for (const query of ['', '?a', '?b=1', '?c=2']) {
      const answer = await https(nginx, `/images/x.jpg${query}`);
      expect([answer.status, answer.body]).toEqual([200, 'picture']);
    }
    const asked = server.seen.map(({ path }) => path).filter((path) => path.startsWith('/images/'));
    expect(asked).toEqual(['/images/x.jpg']);
    expect(readFileSync(join(nginx.directory, 'nginx.conf'), 'utf8')).toContain('max_size=10m');
  });

  it.each([
    ['/login', undefined],
    ['/token', '*'],
    ['/register', '*'],
  ])('%s is limited per address, with an answer of its own', async (path, origin) => {
    const ask = (address: string) =>
      https(nginx, `${path}?state=a-secret`, { method: 'POST', headers: { 'X-Test-Address': address } });
    const many = await Promise.all(Array.from({ length: 300 }, () => ask('203.0.113.7')));
    const refused = many.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(JSON.parse(refused[0]?.body ?? '')).toMatchObject({ error: 'temporarily_unavailable' });
    expect(refused[0]?.headers).toMatchObject({ 'retry-after': '5', 'strict-transport-security': hsts });
    expect(refused[0]?.headers['access-control-allow-origin']).toBe(origin);
    expect(refused[0]?.headers['access-control-expose-headers']).toBe('Retry-After');
    expect((await ask('203.0.113.8')).status).toBe(200);
  });

  it('counts the addresses of one IPv6 network together', async () => {
    const ask = (address: string) =>
      https(nginx, '/register', { method: 'POST', headers: { 'X-Test-Address': address } });
    const network = await Promise.all(
      Array.from({ length: 100 }, (_, index) => ask(`2001:db8:1:2:${index + 1}::${index + 1}`)),
    );
    expect(network.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
    const short = await Promise.all(
      Array.from({ length: 100 }, (_, index) => ask(`2001:db8::${(index + 1).toString(16)}`)),
    );
    expect(short.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
    expect((await ask('2001:db8:1:3::1')).status).toBe(200);
  });

  it('its own 413 has the same headers as every other answer', async () => {
    const large = { method: 'POST', body: 'x'.repeat(2_000_000) };
    const token = await https(nginx, '/token', large);
    expect(token.headers).toMatchObject({ 'access-control-allow-origin': '*' });
    for (const { status, headers } of [token, await https(nginx, '/mcp', large)]) {
      expect([status, headers['strict-transport-security']]).toEqual([413, hsts]);
    }
  });

  it('plain http sends pages to https, with their query, and refuses everything else', async () => {
    for (const path of ['/', '/authorize?state=x', '/login']) {
      const page = await fetch(`${nginx.httpUrl}${path}`, { redirect: 'manual' });
      expect([page.status, page.headers.get('location')]).toEqual([301, `https://localhost${path}`]);
    }
    for (const [method, path] of [
      ['POST', '/'],
      ['POST', '/login'],
      ['POST', '/mcp'],
      ['POST', '/token'],
      ['GET', '/mcp'],
      ['GET', '/.well-known/oauth-authorization-server'],
    ] as const) {
      const response = await fetch(`${nginx.httpUrl}${path}`, { method, redirect: 'manual' });
      expect([response.status, await response.json()]).toEqual([
        403,
        expect.objectContaining({ error: 'https_required' }),
      ]);
    }
  });

  it('never logs a query, even when it refuses or no server is running', async () => {
    const empty = await (await prepareNginx()).start([await freePort()]);
    for (const path of [
      '/authorize?state=a-secret',
      '/token?code=a-secret',
      '/messages?sessionId=a-secret',
    ]) {
      const { status, headers } = await https(empty, path);
      expect([status, headers['retry-after']]).toEqual([503, '5']);
      expect(headers).toMatchObject({ 'strict-transport-security': hsts });
    }
    for (const path of ['/mcp', '/messages']) {
      const { status, headers, body } = await https(empty, path, { method: 'POST' });
      expect([status, headers['retry-after']]).toEqual([503, '5']);
      expect(JSON.parse(body)).toMatchObject({ jsonrpc: '2.0', error: { code: -32000 }, id: null });
    }
    expect(empty.log()).toMatch(/"GET \/authorize" 503 .*127\.0\.0\.1:\d+ 502/);
    expect(nginx.log()).toMatch(/"POST \/token" 429 .*REJECTED/);
    for (const log of [empty.log(), nginx.log()]) expect(log).not.toContain('a-secret');
    await empty.stop();
  });

  it.skipIf(process.getuid?.() !== 0 || !existsSync('/usr/bin/setpriv'))(
    'reads a key that only another user may read, with the capabilities of the compose file',
    () => {
      const { services } = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'));
      const capabilities = (services.nginx.cap_add as string[]).map((name) => `+${name.toLowerCase()}`);
      const key = join(nginx.directory, 'certs/privkey.pem');
      chownSync(key, 1000, 1000);
      chmodSync(key, 0o600);
      const output = join(nginx.directory, 'output');
      function check(list: string[]): string {
        const log = openSync(output, 'w');
        const command = [nginxProgram ?? '', '-t', '-c', join(nginx.directory, 'nginx.conf')];
        // Logs to a file, because nginx opens its standard output by name.
        spawnSync('setpriv', [`--bounding-set=-all,${list}`, ...command], { stdio: ['ignore', log, log] });
        return readFileSync(output, 'utf8');
      }
      expect(check(capabilities)).toContain('test is successful');
      expect(check(capabilities.filter((name) => name !== '+dac_override'))).toContain('Permission denied');
    },
  );
});

/** Takes the visitor's address from a header, as behind Cloudflare. */
function realAddressFrom(header: string) {
  return (configuration: string) =>
    configuration.replace(
      '# include cloudflare.conf;',
      `set_real_ip_from 127.0.0.1; real_ip_header ${header};`,
    );
}
