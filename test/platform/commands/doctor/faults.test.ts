import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  doctor,
  type ProxiedServer,
  problemsOf,
  startProxiedServer,
} from '../../../support/programs/doctor.js';
import { at, type Fault, type FaultyProxy, json, page } from '../../../support/programs/faulty-proxy.js';

let proxied: ProxiedServer;
let proxy: FaultyProxy;
let tokenFile: string;
beforeAll(async () => {
  proxied = await startProxiedServer({ RATE_LIMIT_SCALE: '100' });
  ({ proxy, tokenFile } = proxied);
});
afterAll(() => proxied.stop());

describe('on this server', () => {
  it('finds nothing, line by line, and skips nothing', async () => {
    proxy.set({});
    const { code, out } = await doctor(proxy.url, '--token-file', tokenFile);
    expect(out).toMatch(/^ok {7}connection and TLS$/m);
    expect(out).toMatch(/^ok {7}streams are not buffered$/m);
    expect(out).toContain('\nNo problems.\n');
    expect(out).not.toMatch(/skipped|PROBLEM/);
    expect(code).toBe(0);
  });

  it('says what it could not check without a token', async () => {
    const { code, out } = await doctor(`${proxy.url}/mcp`);
    expect(out).toMatch(/^skipped {2}streams are not buffered: needs a static token/m);
    expect(code).toBe(0);
  });
});

const AS = '/.well-known/oauth-authorization-server';
const PRM = /oauth-protected-resource/;

describe('finds a planted fault, and only that', () => {
  it.each<[string, string, Fault, RegExp]>([
    [
      'POST is redirected',
      'no redirect on POST',
      at('/mcp', (answer) => Object.assign(answer, { status: 308, headers: { location: '/mcp/' } })),
      /redirected \(308\) to \/mcp\//,
    ],
    [
      'the slash is redirected',
      'trailing slash',
      at('/mcp/', (answer) => Object.assign(answer, { status: 301, headers: { location: '/mcp' } })),
      /status 301/,
    ],
    [
      'the proxy sends another Host',
      'host allowlist',
      { request: (req) => Object.assign(req.headers, { host: 'backend.internal' }) },
      /does not answer to this host name/,
    ],
    [
      'no endpoint',
      'an MCP endpoint',
      at(/./, page(200)),
      /not an MCP endpoint.*text\/html.*"Welcome to nginx"/,
    ],
    [
      'a firewall blocks a user agent',
      'known user agents get through',
      {
        answer: (req, answer) => void (/httpx/.test(req.headers['user-agent'] ?? '') && page(403)(answer)),
      },
      /python-httpx.*status 403/,
    ],
    [
      'the clock is ten minutes off',
      'clock',
      at(/./, ({ headers }) => {
        headers['date'] = new Date(Date.now() + 600_000).toUTCString();
      }),
      /differ by (599|600|601) seconds/,
    ],
    [
      'the challenge is lost',
      'WWW-Authenticate',
      at('/mcp', ({ headers }) => delete headers['www-authenticate']),
      /no WWW-Authenticate/,
    ],
    [
      'the challenge names another host',
      'WWW-Authenticate',
      at('/mcp', ({ headers }) => {
        headers['www-authenticate'] = 'Bearer resource_metadata="http://127.0.0.1:1/x"';
      }),
      /names http:\/\/127.0.0.1:1\/x/,
    ],
    [
      'a wrong token gets 403',
      'a wrong token is refused',
      {
        answer(req, answer) {
          if (req.headers.authorization === 'Bearer not-a-token') page(403)(answer);
        },
      },
      /status 403.*instead of 401/,
    ],
    [
      'the resource is another',
      'resource metadata',
      json(PRM, (document) => Object.assign(document, { resource: 'http://localhost/mcp' })),
      /resource is http:\/\/localhost\/mcp/,
    ],
    [
      'a slash after the issuer',
      'authorization server metadata',
      json(AS, (document) => Object.assign(document, { issuer: `${document['issuer']}/` })),
      /must be the same text/,
    ],
    [
      'an endpoint over http',
      'authorization server metadata',
      json(AS, (document) =>
        Object.assign(document, { revocation_endpoint: 'http://mcp.example.com/revoke' }),
      ),
      /revocation_endpoint is not https/,
    ],
    [
      'iss is not announced',
      'authorization server metadata',
      json(AS, (document) => delete document['authorization_response_iss_parameter_supported']),
      /iss in authorization answers/,
    ],
    [
      'PKCE is not announced',
      'PKCE is advertised',
      json(AS, (document) => Object.assign(document, { code_challenge_methods_supported: ['plain'] })),
      /does not list S256/,
    ],
    [
      'a page for openid-configuration',
      'openid-configuration',
      at('/.well-known/openid-configuration', page(200)),
      /neither JSON nor missing/,
    ],
    [
      'forwarded headers are believed',
      'nothing is built from request headers',
      {
        answer(req, answer) {
          const host = req.headers['x-forwarded-host'];
          if (host !== undefined) answer.body = answer.body.replaceAll('localhost', String(host));
        },
      },
      /X-Forwarded-Host/,
    ],
    [
      'CORS headers are lost',
      'CORS',
      at('/token', ({ headers }) => delete headers['access-control-allow-origin']),
      /\/token does not let scripts.*preflight has no Access-Control-Allow-Origin/,
    ],
    ['registration is not forwarded', 'registration', at('/register', page(404)), /status 404, text\/html/],
    ['the token endpoint fails', 'token endpoint', at('/token', (a) => page(502)(a)), /status 502/],
    [
      'a private key is published',
      'key set',
      json(/jwks/, (document) => Object.assign(document, { keys: [{ kty: 'EC', d: 'x' }] })),
      /PRIVATE key/,
    ],
    [
      'the proxy adds form-action',
      'sign-in page',
      at('/authorize', ({ headers }) => {
        headers['content-security-policy'] = "default-src 'self'; form-action 'self'";
      }),
      /form-action/,
    ],
    [
      'the proxy adds CORS everywhere',
      'sign-in page',
      at('/authorize', ({ headers }) => {
        headers['access-control-allow-origin'] = '*';
      }),
      /Scripts of other sites/,
    ],
    ['streams are buffered', 'streams are not buffered', { holdsStreams: true }, /No event arrived/],
  ])('%s', async (_what, check, fault, words) => {
    proxy.set(fault);
    const found = await problemsOf(proxy.url, '--token-file', tokenFile);
    expect(new Set(found.map((problem) => problem.check))).toEqual(new Set([check]));
    expect(found.at(-1)?.problem).toMatch(words);
    expect(found.at(-1)?.fix).toBeTruthy();
  });
});
