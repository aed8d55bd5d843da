import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.js';
import { SERVICE_TOKEN } from '../../support/app/port.js';
import { sendRaw } from '../../support/app/raw.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp({});
});
afterAll(() => app.stop());

const oauth = (error_description: string) => ({ error: 'invalid_request', error_description });
const onlyPost = oauth('Only POST is served here');
const onlyGet = oauth('Only GET is served here');
const rpc = {
  jsonrpc: '2.0',
  error: { code: -32000, message: 'Method not allowed: this endpoint is stateless, send POST' },
  id: null,
};
const sse = oauth('Open a stream with GET /sse, then send messages with POST to the address it names');

const ask = (method: string, path: string) =>
  sendRaw(app.url, path, { method, headers: { Authorization: `Bearer ${SERVICE_TOKEN}` } });

it.each([
  ['GET', '/token', 'POST, OPTIONS', onlyPost],
  ['DELETE', '/revoke', 'POST, OPTIONS', onlyPost],
  ['PUT', '/register', 'POST, OPTIONS', onlyPost],
  ['POST', '/.well-known/oauth-authorization-server', 'GET, OPTIONS', onlyGet],
  ['POST', '/.well-known/oauth-protected-resource/mcp', 'GET, OPTIONS', onlyGet],
  ['POST', '/.well-known/jwks.json', 'GET, OPTIONS', onlyGet],
  ['GET', '/mcp', 'POST, OPTIONS', rpc],
  ['DELETE', '/mcp', 'POST, OPTIONS', rpc],
  ['POST', '/sse', 'GET, OPTIONS', sse],
  ['GET', '/messages', 'POST, OPTIONS', sse],
])('%s %s is 405, with Allow: %s and the error of that endpoint', async (method, path, allow, body) => {
  const answer = await ask(method, path);
  expect([answer.status, answer.headers['allow'], JSON.parse(answer.body)]).toEqual([405, allow, body]);
});

it.each([
  ['POST', '/authorize', 'GET, OPTIONS', 'Only GET is served here.'],
  ['PUT', '/login', 'GET, POST, OPTIONS', 'Only GET and POST are served here.'],
])('%s %s is 405, with Allow: %s and a page', async (method, path, allow, message) => {
  const answer = await ask(method, path);
  expect([answer.status, answer.headers['allow']]).toEqual([405, allow]);
  expect(answer.headers['content-type']).toContain('text/html');
  expect(answer.body).toContain(message);
});

it('HEAD is answered where GET is, but never with a stream', async () => {
  expect((await ask('HEAD', '/.well-known/jwks.json')).status).toBe(200);
  expect((await ask('HEAD', '/authorize')).status).toBe(400);
  expect((await ask('HEAD', '/sse')).status).toBe(405);
});
