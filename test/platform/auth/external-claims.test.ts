import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.js';
import { ping } from '../../support/app/clients.js';
import { closeServer, listenLocally } from '../../support/app/port.js';

const { privateKey, publicKey } = await generateKeyPair('RS256');
const stranger = (await generateKeyPair('RS256')).privateKey;
let issuer: string;
let app: TestApp;
/** A provider that publishes one key, for tokens that no real provider would issue. */
const provider = createServer(async (req, res) => {
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' }];
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify(req.url === '/keys' ? { keys } : { issuer, jwks_uri: `${issuer}/keys` }));
});
beforeAll(async () => {
  issuer = `http://127.0.0.1:${await listenLocally(provider)}`;
  app = await startApp({}, { AUTH_MODE: 'external', EXTERNAL_ISSUER: issuer });
});
afterAll(async () => {
  await app.stop();
  await closeServer(provider);
});

function sign(
  claims: Record<string, unknown> = {},
  header: Partial<JWTHeaderParameters> = {},
  key = privateKey,
) {
  const now = Math.floor(Date.now() / 1000);
  const all = { iss: issuer, aud: app.mcpUrl, sub: 'u', exp: now + 300, scope: 'read', ...claims };
  const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new SignJWT(present)
    .setProtectedHeader({ alg: 'RS256', kid: 'one', ...header } as JWTHeaderParameters)
    .sign(key);
}

const ask = (token: string) => ping(app.mcpUrl, `Bearer ${token}`);

it('a token that passes every check is accepted', async () => {
  expect((await ask(await sign())).status).toBe(200);
});

it.each<[string, () => Promise<string>]>([
  ['iss is "https://other.example", expected ', () => sign({ iss: 'https://other.example' })],
  ['iss is missing, expected ', () => sign({ iss: undefined })],
  [
    'aud: "https://other.example/mcp", "x" is not the expected one',
    () => sign({ aud: ['https://other.example/mcp', 'x'] }),
  ],
  ['aud: missing', () => sign({ aud: undefined })],
  ['exp: expired 2001-09-09T01:46:40.000Z', () => sign({ exp: 1_000_000_000 })],
  ['exp: missing', () => sign({ exp: undefined })],
  ['nbf: not valid before 2096-10-02T07:06:40.000Z', () => sign({ nbf: 4_000_000_000 })],
  ['sub: missing', () => sign({ sub: undefined })],
  ['signature: it does not match the key', () => sign({}, {}, stranger)],
  ['key: none with the kid and alg of the header is known', () => sign({}, { kid: 'two' })],
  [
    'alg: the algorithm of the header is not accepted',
    async () => {
      const [, payload] = (await sign()).split('.');
      return `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${payload}.AAAA`;
    },
  ],
  ['an ID token, not an access token: it has nonce', () => sign({ nonce: 'n' })],
  ['bound to a key (cnf), and bearer tokens only are accepted', () => sign({ cnf: { jkt: 'x' } })],
  ['not an access token: the claim typ is "Refresh"', () => sign({ typ: 'Refresh' })],
  ['not an access token: the header typ is "logout+jwt"', () => sign({}, { typ: 'logout+jwt' })],
  [
    'no scope or scp claim, and no header typ at+jwt: it may be an ID token',
    () => sign({ scope: undefined }),
  ],
  ['not a JWT', async () => 'opaque-token'],
])('the log names the failed check: %s', async (detail, makeToken) => {
  const token = await makeToken();
  const response = await ask(token);
  expect(response.status).toBe(401);
  const lines = app.logs.filter((line) => line['requestId'] === response.headers.get('x-request-id'));
  expect(lines).toContainEqual(
    expect.objectContaining({
      level: 30,
      msg: 'access token refused',
      endpoint: '/mcp',
      error: 'invalid_token',
      detail: expect.stringContaining(detail),
    }),
  );
  // The client is not told the reason.
  expect(await response.json()).toEqual({
    error: 'invalid_token',
    error_description:
      'The access token is unknown, expired or revoked. Sign in again, or check the configured token.',
  });
  expect(response.headers.get('www-authenticate')).not.toContain(detail);
  expect(JSON.stringify(app.logs)).not.toContain(token);
});
