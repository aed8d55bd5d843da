import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  doctor,
  type ProxiedServer,
  problemsOf,
  startProxiedServer,
} from '../../../support/programs/doctor.js';
import { at, type Fault, json, type ProxiedAnswer, page } from '../../../support/programs/faulty-proxy.js';

const AS = '/.well-known/oauth-authorization-server';
const ALLOW = 'access-control-allow-origin';

let proxied: ProxiedServer;
beforeAll(async () => {
  proxied = await startProxiedServer();
});
afterAll(() => proxied.stop());

/** Changes the answers to requests for a path with this method only. */
const to = (method: string, path: string, change: (answer: ProxiedAnswer) => void): Fault => ({
  answer(req, answer) {
    if (req.method === method && req.url === path) change(answer);
  },
});
const blocks = (path: RegExp): Fault => ({
  answer(req: IncomingMessage, answer) {
    if (path.test(req.url ?? '') && /httpx/.test(req.headers['user-agent'] ?? '')) page(403)(answer);
  },
});
const lost = ({ headers }: ProxiedAnswer) => delete headers[ALLOW];
const another = ({ headers }: ProxiedAnswer) =>
  Object.assign(headers, { [ALLOW]: 'https://elsewhere.example' });
const formAction = ({ headers }: ProxiedAnswer) =>
  Object.assign(headers, { 'content-security-policy': "form-action 'self'" });

describe('finds an answer a client could not use, and only that', () => {
  it.each<[string, string, Fault, RegExp]>([
    ['/sse is 502', 'SSE endpoint', at('/sse', page(502)), /not an event stream: status 502/],
    ['/sse is a page', 'SSE endpoint', at('/sse', page(200)), /not an event stream: status 200, text\/html/],
    ['no CORS on the metadata', 'CORS', at(AS, lost), /authorization-server does not let scripts/],
    ['no CORS on the keys', 'CORS', at('/.well-known/jwks.json', lost), /jwks.json does not let scripts/],
    ['no CORS on /register', 'CORS', at('/register', lost), /\/register does not let scripts/],
    [
      'CORS in the preflight only',
      'CORS',
      to('POST', '/token', lost),
      /answer to POST has no Access-Control/,
    ],
    ['CORS after the preflight only', 'CORS', to('OPTIONS', '/token', lost), /answer to preflight has no/],
    ['CORS for another origin', 'CORS', at(AS, another), /only https:\/\/elsewhere.example allowed/],
    ['no CORS on /mcp', 'CORS', at('/mcp', lost), /\/mcp does not let scripts/],
    [
      '/authorize is 502',
      'sign-in page',
      at('/authorize', page(502)),
      /cannot open .*\/authorize: status 502/,
    ],
    ['/login is 403', 'sign-in page', at('/login', page(403)), /cannot open .*\/login: status 403/],
    ['form-action on /login only', 'sign-in page', at('/login', formAction), /of .*\/login has form-action/],
    [
      'metadata is closed to bots',
      'known user agents get through',
      blocks(/^\/.well-known/),
      /well-known.*python-httpx/,
    ],
    [
      'registration is closed to bots',
      'known user agents get through',
      blocks(/^\/register/),
      /register.*httpx/,
    ],
    ['tokens are closed to bots', 'known user agents get through', blocks(/^\/token/), /token.*httpx/],
  ])('%s', async (_what, check, fault, words) => {
    proxied.proxy.set(fault);
    const found = await problemsOf(proxied.proxy.url, '--token-file', proxied.tokenFile);
    expect(new Set(found.map((problem) => problem.check))).toEqual(new Set([check]));
    expect(found[0]?.problem).toMatch(words);
    expect(found[0]?.fix).toBeTruthy();
  });
});

it('may run as often as monitoring does without using up the limits of the server', async () => {
  proxied.proxy.set({});
  const { out, code } = await doctor(proxied.proxy.url);
  expect(out).toMatch(/^ok {7}registration$/m);
  expect(code).toBe(0);
});

it('skips a check that was rate-limited, and says why', async () => {
  proxied.proxy.set(
    at(/^\/(register|token)$/, (answer) => {
      Object.assign(answer, { status: 429, body: '{"error":"x"}' });
      answer.headers['retry-after'] = '60';
    }),
  );
  const { out, code } = await doctor(proxied.proxy.url);
  expect(out).toMatch(/^skipped {2}registration: too many requests from here; try again in 60 seconds$/m);
  expect(out).toMatch(/^skipped {2}token endpoint: too many/m);
  expect(code).toBe(0);
});

it('warns of what may be intentional, and exits with 0', async () => {
  proxied.proxy.set(
    json(AS, (document) => {
      delete document['registration_endpoint'];
      delete document['client_id_metadata_document_supported'];
    }),
  );
  const { out, code } = await doctor(proxied.proxy.url);
  expect(out).toMatch(/^warning {2}authorization server metadata: .*added by hand\n +Unless .*ENABLE_DCR/m);
  expect(out).toContain('No problems.');
  expect(code).toBe(0);
});

describe('a provider elsewhere', () => {
  it('may lack iss (RFC 9207) and CORS: warnings, and exit code 0', async () => {
    // The same server under its other name plays the provider.
    const elsewhere = proxied.proxy.url.replace('localhost', '127.0.0.1');
    proxied.proxy.set({
      answer(req, answer) {
        if (/oauth-protected-resource/.test(req.url ?? '')) {
          answer.body = answer.body.replace(`"${proxied.proxy.url}"]`, `"${elsewhere}"]`);
        }
        if (req.headers.host?.startsWith('127.0.0.1')) {
          lost(answer);
          answer.body = answer.body
            .replaceAll(proxied.proxy.url, elsewhere)
            .replace('"authorization_response_iss_parameter_supported":true,', '');
        }
      },
    });
    const { out, code } = await doctor(proxied.proxy.url);
    expect(out).toMatch(/^warning {2}authorization server metadata: iss in authorization answers/m);
    expect(out).toMatch(/^warning {2}CORS: .*127.0.0.1/m);
    expect(out).not.toContain('PROBLEM');
    expect(code).toBe(0);
  });
});
