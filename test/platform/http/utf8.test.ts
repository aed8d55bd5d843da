import { createServer } from 'node:http';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { middleware } from '../../../src/platform/http/step.js';
import { isPlainJson, spellUtf8 } from '../../../src/platform/http/utf8.js';
import { post } from '../../support/app/clients.js';
import { type FixtureApp, startFixture } from '../../support/app/fixture.js';
import { closeServer, listenLocally, SERVICE_TOKEN } from '../../support/app/port.js';
import { openStream } from '../../support/app/sse.js';
import { authorizeUrl, Browser, CALLBACK, pkce, register, tokenRequest } from '../../support/oauth/oauth.js';

const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';
const SPELLINGS = ['utf8', 'UTF8', '"utf8"', 'Utf_8', "'utf-8'", '"UTF-8"', 'utf8; x=1'];

let server: FixtureApp;
beforeAll(async () => {
  server = await startFixture({ RATE_LIMIT_SCALE: '100' });
});
afterAll(() => server.stop());

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
const note = (text: string) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'add_note', arguments: { text } },
});
const metadata = { redirect_uris: [CALLBACK], token_endpoint_auth_method: 'none', client_name: 'Café' };
const registerAs = (type: string) =>
  fetch(`${server.url}/register`, {
    method: 'POST',
    headers: { 'Content-Type': type },
    body: JSON.stringify(metadata),
  });

describe.each(SPELLINGS)('a body that says charset=%s is read', (charset) => {
  const json = `${JSON_TYPE}; charset=${charset}`;
  const form = { 'Content-Type': `${FORM};charset=${charset}` };

  it('at /mcp and /messages, with every letter', async () => {
    const response = await post(server.mcpUrl, note('Grüße 😀'), { 'Content-Type': json });
    expect(await response.text()).toContain('"added":"Grüße 😀"');
    const stream = await openStream(server.url);
    const headers = { Authorization: `Bearer ${SERVICE_TOKEN}`, 'Content-Type': json };
    const init = { method: 'POST', headers, body: JSON.stringify(ping) };
    expect((await fetch(`${server.url}${stream.address}`, init)).status).toBe(202);
    stream.drop();
  });

  it('at /register', async () => {
    const response = await registerAs(json);
    expect([response.status, await response.json()]).toMatchObject([201, { client_name: 'Café' }]);
  });

  it('at /login, /token and /revoke', async () => {
    const { client_id } = await register(server.url);
    const { challenge, verifier } = pkce();
    const browser = new Browser(server.url);
    const answer = await browser.submit(
      await browser.open(authorizeUrl(server.url, client_id, challenge)),
      form,
    );
    const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
    const redemption = { grant_type: 'authorization_code', client_id, code, code_verifier: verifier };
    const response = await tokenRequest(server.url, redemption, form);
    expect(response.status).toBe(200);
    const { access_token: token } = (await response.json()) as { access_token: string };
    const body = new URLSearchParams({ client_id, token }).toString();
    expect((await fetch(`${server.url}/revoke`, { method: 'POST', headers: form, body })).status).toBe(200);
  });
});

describe('a body in another charset', () => {
  it.each(['utf-99', 'latin1', 'utf8x', 'x-utf8'])(
    '%s is refused as JSON, saying what to send',
    async (charset) => {
      const type = `${JSON_TYPE}; charset=${charset}`;
      for (const response of [
        await registerAs(type),
        await post(server.mcpUrl, ping, { 'Content-Type': type }),
      ]) {
        expect(response.status).toBe(415);
        expect(await response.text()).toContain('send UTF-8');
      }
    },
  );

  it('that nobody knows is refused in a form, saying what to send', async () => {
    const response = await tokenRequest(server.url, 'a=1', { 'Content-Type': `${FORM}; charset=klingon` });
    expect([response.status, await response.json()]).toMatchObject([
      415,
      { error: 'invalid_request', error_description: expect.stringContaining('send UTF-8') },
    ]);
  });
});

it.each<[boolean, Record<string, string>]>([
  [true, { 'content-type': 'application/json' }],
  [true, { 'content-type': 'Application/JSON; charset=UTF-8' }],
  [true, { 'content-type': 'application/json;charset="utf8"' }],
  [false, {}],
  [false, { 'content-type': 'text/json' }],
  [false, { 'content-type': 'application/json-seq' }],
  [false, { 'content-type': 'application/json; charset=utf-16' }],
  [false, { 'content-type': 'application/json; charset="utf-8' }],
  [false, { 'content-type': 'application/json; charset=utf-8; charset=latin1' }],
  [false, { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
])('whether a body can be read without body-parser is %s with %j', (expected, headers) => {
  expect(isPlainJson(headers)).toBe(expected);
});

it('body-parser refuses utf8 by itself, or this file can go', async () => {
  const status = async (...handlers: express.RequestHandler[]) => {
    const app = express().use(...handlers, express.json(), (req, res) => void res.json(req.body));
    const alone = createServer(app);
    const url = `http://127.0.0.1:${await listenLocally(alone)}`;
    const headers = { 'Content-Type': `${JSON_TYPE}; charset=utf8` };
    const response = await fetch(url, { method: 'POST', headers, body: '{}' });
    await closeServer(alone);
    return response.status;
  };
  expect(await status((_req, _res, next) => next())).toBe(415);
  expect(await status(middleware(spellUtf8))).toBe(200);
});
