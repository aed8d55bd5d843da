import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp } from '../../../support/app/app.js';
import { type FixtureApp, startFixture } from '../../../support/app/fixture.js';
import { DOCUMENT_URL, type DocumentHost, startDocumentHost } from '../../../support/oauth/document-host.js';
import { codeOf, tokenRequest } from '../../../support/oauth/oauth.js';
import {
  ACCEPTED,
  asserted,
  attempt,
  KEYS_ONLY,
  REFUSED,
  refusalDetails,
  type SigningKey,
  serveClient,
  signAssertion,
  signingKey,
} from '../../../support/oauth/signing-client.js';

const client = { client_id: DOCUMENT_URL };

let host: DocumentHost;
let app: FixtureApp;
let key: SigningKey;
const ALGORITHMS = ['ES384', 'ES512', 'PS256', 'RS256', 'RS512', 'EdDSA'];
let others: SigningKey[];
beforeAll(async () => {
  host = await startDocumentHost();
  key = await signingKey();
  others = await Promise.all(ALGORITHMS.map((alg) => signingKey(alg)));
  serveClient(
    host,
    KEYS_ONLY,
    [key, ...others].map(({ jwk }) => jwk),
  );
  app = await startFixture({ RATE_LIMIT_SCALE: '100' }, { documentAgent: host.agent });
});
afterAll(async () => {
  await app.stop();
  await host.stop();
});

const sign = (claims = {}, header = {}, signer = key) =>
  signAssertion(signer, { aud: app.url, ...claims }, header).then(asserted);
const details = () => refusalDetails(app);

describe('an assertion is accepted', () => {
  it.each<[string, () => Record<string, unknown>]>([
    ['to the issuer', () => ({ aud: app.url })],
    ['to the issuer, written with a slash', () => ({ aud: `${app.url}/` })],
    ['to the token endpoint', () => ({ aud: `${app.url}/token` })],
    ['to several, among them this server', () => ({ aud: ['https://other.example', app.url] })],
    ['that ends in an hour', () => ({ exp: Math.floor(Date.now() / 1000) + 3600 })],
    ['of a clock that is half a minute fast', () => ({ iat: soon(30), nbf: soon(30), exp: soon(90) })],
    ['of a clock that is half a minute slow', () => ({ iat: soon(-90), exp: soon(-30) })],
    ['without iat', () => ({ iat: undefined })],
    ['with fractions of a second', () => ({ exp: Date.now() / 1000 + 60 })],
  ])('%s', async (_what, claims) => {
    expect(await attempt(app.url, await sign(claims()))).toEqual(ACCEPTED);
  });

  it('to the revocation endpoint at that endpoint alone', async () => {
    const form = await sign({ aud: `${app.url}/revoke` });
    expect(await attempt(app.url, form)).toEqual(REFUSED);
    const body = new URLSearchParams({ token: 'x', ...form });
    expect((await fetch(`${app.url}/revoke`, { method: 'POST', body })).status).toBe(200);
  });

  it.each(ALGORITHMS)('signed with %s', async (alg) => {
    const signer = others.find((other) => other.alg === alg) ?? key;
    expect(await attempt(app.url, await sign({}, {}, signer))).toEqual(ACCEPTED);
  });
});

const soon = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

describe('an assertion is refused', () => {
  it.each<[string, () => Record<string, unknown>, RegExp]>([
    [
      'to another server',
      () => ({ aud: 'https://other.example' }),
      /^the aud of the assertion is "https:\/\/other/,
    ],
    ['to another address of this server', () => ({ aud: app.mcpUrl }), /^the aud of the assertion is/],
    ['to nobody', () => ({ aud: undefined }), /"aud"/],
    ['of another issuer', () => ({ iss: 'https://other.example/c' }), /"iss"/],
    ['without exp', () => ({ exp: undefined }), /"exp"/],
    ['whose exp is a text', () => ({ exp: '9999999999' }), /"exp"/],
    ['that has expired', () => ({ exp: soon(-61) }), /"exp"/],
    ['that ends in a day', () => ({ exp: soon(86_400) }), /expires more than 7200 seconds/],
    ['that ends in the year 30000', () => ({ exp: 884_541_340_800 }), /expires more than/],
    ['that begins later', () => ({ nbf: soon(120) }), /"nbf"/],
    ['that was made later', () => ({ iat: soon(120) }), /iat of the assertion is in the future/],
    ['without jti', () => ({ jti: undefined }), /"jti"/],
    ['whose jti is a number', () => ({ jti: 1 }), /jti of the assertion is not a text/],
    ['whose jti is empty', () => ({ jti: '' }), /jti of the assertion is not a text/],
  ])('%s', async (_what, claims, detail) => {
    expect(await attempt(app.url, { ...client, ...(await sign(claims())) })).toEqual(REFUSED);
    expect(details().at(-1)).toMatch(detail);
  });

  it.each<[string, () => Promise<string>]>([
    [
      'signed with another key of the same id',
      async () => signAssertion({ ...(await signingKey()), kid: key.kid }, { aud: app.url }),
    ],
    [
      'without a signature',
      async () => `${btoa('{"alg":"none"}')}.${(await sign()).client_assertion.split('.')[1]}.`,
    ],
    ['that is no JWT', async () => 'x.y.z'],
    ['that is empty within', async () => '..'],
  ])('%s', async (_what, make) => {
    expect(await attempt(app.url, { ...client, ...asserted(await make()) })).toEqual(REFUSED);
  });

  it('with a MAC made of the public key', async () => {
    const claims = { iss: DOCUMENT_URL, sub: DOCUMENT_URL, aud: app.url, jti: 'mac', exp: soon(60) };
    const mac = new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: key.kid });
    const form = asserted(await mac.sign(new TextEncoder().encode(JSON.stringify(key.jwk))));
    expect(await attempt(app.url, { ...client, ...form })).toEqual(REFUSED);
  });

  it('a second time, on whatever replica, also when both come at once', async () => {
    const first = await startFixture({}, { documentAgent: host.agent });
    const second = await startApp(
      {},
      { PUBLIC_URL: first.url },
      { documentAgent: host.agent, store: first.store },
    );
    const form = await sign({ aud: first.url });
    const urls = Array.from({ length: 5 }, () => [first.listening, second.listening]).flat();
    const answers = await Promise.all(urls.map((url) => attempt(url, form)));
    expect(answers.filter(([status]) => status === 400)).toHaveLength(1);
    expect(answers.filter(([status]) => status === 401)).toHaveLength(9);
    await second.stop();
    await first.stop();
  });

  it('beside another way to authenticate, or without its type', async () => {
    const form = await sign();
    expect(await attempt(app.url, { ...form, client_secret: 's' })).toEqual([400, 'invalid_request']);
    expect(await attempt(app.url, { client_assertion: form.client_assertion })).toEqual([
      400,
      'invalid_request',
    ]);
    expect(await attempt(app.url, { client_assertion_type: form.client_assertion_type })).toEqual([
      400,
      'invalid_request',
    ]);
    expect(
      await attempt(app.url, {
        ...form,
        client_assertion_type: 'urn:ietf:params:oauth:grant-type:saml2-bearer',
      }),
    ).toEqual(REFUSED);
    const headers = { Authorization: `Basic ${btoa(`${encodeURIComponent(DOCUMENT_URL)}:`)}` };
    const both = await tokenRequest(
      app.url,
      { grant_type: 'refresh_token', refresh_token: 'x', ...form },
      headers,
    );
    expect(await codeOf(both)).toEqual([400, 'invalid_request']);
  });
});
