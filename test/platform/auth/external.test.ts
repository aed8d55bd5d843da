import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { externalVerifier } from '../../../src/platform/auth/external.js';
import { UnavailableError } from '../../../src/platform/http/errors.js';
import { createLogger } from '../../../src/platform/logger.js';
import { closeServer, listenLocally } from '../../support/app/port.js';
import { startIdentityProvider } from '../../support/oauth/identity-provider.js';

const AUDIENCE = 'https://mcp.example.com/mcp';
const logger = createLogger({ logLevel: 'silent', logPretty: false });

/** A provider that answers as a test wants. Real ones refuse to issue such tokens. */
const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
const stranger = (await generateKeyPair('RS256')).privateKey;
let pages: Record<string, object>;
let asked: string[] = [];
let redirects = false;
const server = createServer((req, res) => {
  asked.push(req.url ?? '');
  if (redirects && req.url !== '/elsewhere') return res.writeHead(302, { Location: '/elsewhere' }).end();
  const page = req.url === '/elsewhere' ? metadata(origin) : pages[req.url ?? ''];
  res.writeHead(page ? 200 : 404, { 'Content-Type': 'application/json' }).end(JSON.stringify(page ?? {}));
});
let origin: string;
beforeAll(async () => {
  origin = `http://127.0.0.1:${await listenLocally(server)}`;
});
afterAll(() => closeServer(server));
beforeEach(async () => {
  asked = [];
  redirects = false;
  pages = {
    '/keys': { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' }] },
    '/.well-known/oauth-authorization-server': metadata(origin),
  };
});

const metadata = (issuer: string) => ({ issuer, jwks_uri: `${origin}/keys` });
const verifier = (issuer = origin) =>
  externalVerifier({ issuer, audiences: [AUDIENCE, 'api'], logger, cooldownMs: 0 });

function sign(claims: JWTPayload = {}, header: Partial<JWTHeaderParameters> = {}, key = privateKey) {
  const now = Math.floor(Date.now() / 1000);
  const all = {
    iss: origin,
    aud: AUDIENCE,
    sub: 'u-1',
    iat: now,
    exp: now + 300,
    scope: 'notes:read',
    ...claims,
  };
  const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new SignJWT(present)
    .setProtectedHeader({ alg: 'RS256', kid: 'one', typ: 'at+jwt', ...header } as JWTHeaderParameters)
    .sign(key);
}

describe('an access token', () => {
  it.each([
    ['scope as text', { scope: 'notes:read notes:write' }, { scopes: ['notes:read', 'notes:write'] }],
    ['scp as a list', { scope: undefined, scp: ['notes:read'] }, { scopes: ['notes:read'] }],
    ['scp as text', { scope: undefined, scp: 'notes:read' }, { scopes: ['notes:read'] }],
    ['no scope', { scope: undefined }, { scopes: [] }],
    ['scopes that are none', { scope: 7, scp: { read: true } }, { scopes: [] }],
    ['scope as an empty text', { scope: '' }, { scopes: [] }],
    ['the kind of Keycloak', { typ: 'Bearer' }, { id: 'u-1' }],
    ['several audiences', { aud: ['x', 'api'] }, { id: 'u-1' }],
    ['a name and azp', { name: 'Ada', azp: 'c-1' }, { name: 'Ada', clientId: 'c-1', kind: 'user' }],
  ])('with %s is accepted', async (_what, claims, caller) => {
    expect(await verifier()(await sign(claims as JWTPayload))).toMatchObject(caller);
  });

  it.each([undefined, 'JWT', 'application/at+jwt'])('of the type %s is accepted', async (typ) => {
    expect(await verifier()(await sign({}, typ === undefined ? {} : { typ }))).toBeDefined();
  });

  it.each([
    ['another issuer', { iss: 'https://other.example' }, {}],
    ['a slash after the issuer', { iss: 'slash' }, {}],
    ['another audience', { aud: 'https://other.example' }, {}],
    ['no audience', { aud: undefined }, {}],
    ['no end', { exp: undefined }, {}],
    ['its end an hour ago', { exp: Math.floor(Date.now() / 1000) - 3600 }, {}],
    ['no subject', { sub: undefined }, {}],
    ['a nonce, an ID token', { nonce: 'n' }, {}],
    ['at_hash, an ID token', { at_hash: 'h' }, {}],
    ['an empty subject', { sub: '' }, {}],
    ['a subject that is no text', { sub: 7 as unknown as string }, {}],
    ['the kind of an ID token of Keycloak', { typ: 'ID' }, {}],
    ['the kind of a refresh token of Keycloak', { typ: 'Refresh' }, {}],
    ['the kind of an offline token of Keycloak', { typ: 'Offline' }, {}],
    ['the kind of a logout token of Keycloak', { typ: 'Logout' }, {}],
    ['no scopes and a plain type, an ID token', { scope: undefined, azp: 'api' }, { typ: 'JWT' }],
    ['no list of texts and a plain type', { scope: [7] }, { typ: 'JWT' }],
    ['a key it is bound to', { cnf: { jkt: 'x' } }, {}],
    ['the type of a logout token', {}, { typ: 'logout+jwt' }],
    ['an unknown key', {}, { kid: 'two' }],
  ])('with %s is refused', async (_what, claims, header) => {
    const spelled = 'iss' in claims && claims.iss === 'slash' ? { iss: `${origin}/` } : claims;
    expect(await verifier()(await sign(spelled as JWTPayload, header))).toBeUndefined();
  });

  it('that someone else signed is refused', async () => {
    expect(await verifier()(await sign({}, {}, stranger))).toBeUndefined();
  });

  it('without signature, or with our public key as a shared secret, is refused', async () => {
    const [, payload] = (await sign()).split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect(await verifier()(`${none}.${payload}.`)).toBeUndefined();
    const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(publicKey)));
    const shared = new SignJWT({ iss: origin, aud: AUDIENCE, sub: 'u', exp: 9_999_999_999 })
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .sign(secret);
    expect(await verifier()(await shared)).toBeUndefined();
  });

  it('that does not name the issuer causes no request', async () => {
    const verify = verifier();
    await expect.poll(() => asked.length).toBe(1);
    expect(await verify('garbage')).toBeUndefined();
    expect(await verify(await sign({ iss: 'https://other.example' }))).toBeUndefined();
    expect(asked).toEqual(['/.well-known/oauth-authorization-server']);
  });
});

describe('as providers issue them', () => {
  it.each([
    ['Entra', { scope: undefined, scp: 'notes:read', azp: 'c', ver: '2.0', oid: 'x' }],
    ['Okta', { scope: undefined, scp: ['notes:read'], cid: 'c', uid: 'x' }],
    ['Auth0', { scope: 'openid notes:read', azp: 'c', aud: [AUDIENCE, 'https://i/userinfo'] }],
    ['Keycloak', { scope: 'notes:read', azp: 'c', typ: 'Bearer', sid: 's' }],
  ])('an access token of %s is accepted', async (_who, claims) => {
    const caller = await verifier()(await sign(claims, { typ: 'JWT' }));
    expect(caller?.scopes).toContain('notes:read');
  });
});

describe('discovery', () => {
  const places = [
    '/.well-known/oauth-authorization-server/tenant',
    '/.well-known/openid-configuration/tenant',
    '/tenant/.well-known/openid-configuration',
  ];

  it.each(places)('finds %s, in that order', async (place) => {
    const issuer = `${origin}/tenant`;
    pages[place] = metadata(issuer);
    expect(await verifier(issuer)(await sign({ iss: issuer }))).toBeDefined();
    expect(asked).toEqual([...places.slice(0, places.indexOf(place) + 1), '/keys']);
  });

  it.each([
    ['another issuer', () => metadata(`${origin}/`)],
    ['no jwks_uri', () => ({ issuer: origin })],
    ['keys over http', () => ({ issuer: origin, jwks_uri: 'http://keys.example/jwks' })],
  ])('does not use a document with %s', async (_what, document) => {
    pages['/.well-known/oauth-authorization-server'] = document();
    await expect(verifier()(await sign())).rejects.toThrow(UnavailableError);
  });

  it('does not follow a redirect', async () => {
    redirects = true;
    await expect(verifier()(await sign())).rejects.toThrow(UnavailableError);
    expect(asked).not.toContain('/elsewhere');
  });

  it('says that it cannot tell when the keys are gone', async () => {
    pages = { '/.well-known/oauth-authorization-server': metadata(origin) };
    await expect(verifier()(await sign())).rejects.toThrow(UnavailableError);
  });
});

describe('while the provider fails', () => {
  const verifierWithCooldown = () => externalVerifier({ issuer: origin, audiences: [AUDIENCE], logger });

  it('it is asked for its metadata once in the cooldown', async () => {
    pages = {};
    const verify = verifierWithCooldown();
    for (let index = 0; index < 10; index += 1) {
      await expect(verify(await sign())).rejects.toThrow(UnavailableError);
    }
    expect(asked).toHaveLength(2);
  });

  it('it is asked for its keys once in the cooldown, however many tokens come', async () => {
    delete pages['/keys'];
    const verify = verifierWithCooldown();
    for (let index = 0; index < 10; index += 1) {
      await expect(verify(await sign())).rejects.toThrow(UnavailableError);
    }
    expect(asked.filter((path) => path === '/keys')).toHaveLength(1);
  });

  it('an invalid key set counts as a failure too', async () => {
    pages['/keys'] = { keys: 'none' };
    const verify = verifierWithCooldown();
    for (let index = 0; index < 10; index += 1) {
      await expect(verify(await sign())).rejects.toThrow(UnavailableError);
    }
    expect(asked.filter((path) => path === '/keys')).toHaveLength(1);
  });
});

it('tokens with unknown keys do not make it ask again soon after it got the keys', async () => {
  const verify = externalVerifier({ issuer: origin, audiences: [AUDIENCE], logger });
  for (const kid of ['two', 'three', 'one', 'four']) {
    expect((await verify(await sign({}, { kid }))) !== undefined).toBe(kid === 'one');
  }
  expect(asked.filter((path) => path === '/keys')).toHaveLength(1);
});

it('a real provider may rotate its keys; while it is down, only tokens of known keys are accepted', async () => {
  const provider = await startIdentityProvider();
  const verify = externalVerifier({
    issuer: provider.issuer,
    audiences: [AUDIENCE],
    logger,
    cooldownMs: 0,
  });
  const first = await provider.token(AUDIENCE);
  expect(await verify(first)).toMatchObject({ id: 'a-client' });
  await provider.rotateKeys();
  const second = await provider.token(AUDIENCE);
  expect(await verify(second)).toMatchObject({ id: 'a-client' });
  expect(await verify(first)).toBeUndefined();
  await provider.rotateKeys();
  const third = await provider.token(AUDIENCE);
  await provider.stop();
  expect(await verify(second)).toMatchObject({ id: 'a-client' });
  await expect(verify(third)).rejects.toThrow(UnavailableError);
  await provider.remove();
});
