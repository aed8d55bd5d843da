import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApp } from '../../support/app/app.js';
import { type FixtureApp, startFixture } from '../../support/app/fixture.js';
import { DOCUMENT_URL, type DocumentHost, startDocumentHost } from '../../support/oauth/document-host.js';
import {
  Browser,
  CALLBACK,
  codeOf,
  refresh,
  signIn,
  signInForTokens,
  tokenRequest,
} from '../../support/oauth/oauth.js';
import {
  asserted,
  attempt,
  KEYS_ONLY,
  REFUSED,
  type SigningKey,
  serveClient,
  signAssertion,
  signingKey,
} from '../../support/oauth/signing-client.js';

/** What ChatGPT's document says about authentication. */
const EITHER = {
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
};
const client = { client_id: DOCUMENT_URL };

let host: DocumentHost;
let app: FixtureApp;
let key: SigningKey;
beforeAll(async () => {
  host = await startDocumentHost();
  key = await signingKey();
});
afterAll(() => host.stop());
beforeEach(async () => {
  serveClient(host, KEYS_ONLY, [key.jwk]);
  app = await startFixture({ RATE_LIMIT_SCALE: '100' }, { documentAgent: host.agent });
  return () => app.stop();
});

const sign = (claims = {}) => signAssertion(key, { aud: app.url, ...claims }).then(asserted);
const revoke = (token: string, url = app.url) =>
  fetch(`${url}/revoke`, { method: 'POST', body: new URLSearchParams({ token, ...client }) });

async function signInForAssertedTokens() {
  const { redeem } = await signIn(app.url, { client });
  const tokens = await (await redeem(await sign())).json();
  return { client, ...(tokens as { access_token: string; refresh_token: string }) };
}

describe('a client with a key, played by an independent library', () => {
  it.each<[string, Record<string, unknown>, (signer: SigningKey) => oauth.ClientAuth]>([
    [
      'ChatGPT signs in with its document, and signs',
      EITHER,
      ({ privateKey: key, kid }) => oauth.PrivateKeyJwt({ key, kid }),
    ],
    ['ChatGPT signs in with its document, as a public client', EITHER, () => oauth.None()],
    [
      'a client that offers only its key signs',
      KEYS_ONLY,
      ({ privateKey: key, kid }) => oauth.PrivateKeyJwt({ key, kid }),
    ],
    ['a key without an id will do', KEYS_ONLY, ({ privateKey }) => oauth.PrivateKeyJwt(privateKey)],
  ])('%s', async (_what, document, authenticationOf) => {
    serveClient(host, document, [key.jwk]);
    const insecure = { [oauth.allowInsecureRequests]: true };
    const issuer = new URL(app.url);
    const discovered = await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' });
    const as = await oauth.processDiscoveryResponse(issuer, discovered);
    const authentication = authenticationOf(key);
    const verifier = oauth.generateRandomCodeVerifier();
    const target = new URL(as.authorization_endpoint ?? '');
    target.search = new URLSearchParams({
      ...client,
      redirect_uri: CALLBACK,
      response_type: 'code',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).toString();
    const browser = new Browser(app.url);
    const callback = (await browser.submit(await browser.open(target))).headers.get('location') ?? '';
    const answer = oauth.validateAuthResponse(as, client, new URL(callback));
    const redeemed = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      authentication,
      answer,
      CALLBACK,
      verifier,
      insecure,
    );
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, redeemed);
    const refreshed = await oauth.processRefreshTokenResponse(
      as,
      client,
      await oauth.refreshTokenGrantRequest(as, client, authentication, tokens.refresh_token ?? '', insecure),
    );
    const token = refreshed.refresh_token ?? '';
    const revoked = await oauth.revocationRequest(as, client, authentication, token, insecure);
    await oauth.processRevocationResponse(revoked);
    expect((await refresh(app.url, { client, refresh_token: token }, await sign())).status).toBe(400);
  });
});

describe('a client that offers only its key', () => {
  it('redeems, refreshes and revokes nothing without an assertion, and loses nothing by trying', async () => {
    const { redeem } = await signIn(app.url, { client });
    expect(await codeOf(await redeem())).toEqual(REFUSED);
    const redeemed = await redeem(await sign());
    expect(redeemed.status).toBe(200);
    const tokens = {
      client,
      ...((await redeemed.json()) as { access_token: string; refresh_token: string }),
    };
    expect(await codeOf(await refresh(app.url, tokens))).toEqual(REFUSED);
    for (const token of [tokens.access_token, tokens.refresh_token])
      expect((await revoke(token)).status).toBe(401);
    expect((await refresh(app.url, tokens, await sign())).status).toBe(200);
  });

  it('is held to it while its host is down, by a server that has never seen its document', async () => {
    const { redeem } = await signIn(app.url, { client });
    const tokens = await signInForAssertedTokens();
    host.answer((_req, res) => void res.destroy());
    await app.store.deleteFrom('client_documents').execute();
    const other = await startApp(
      {},
      { PUBLIC_URL: app.url },
      { documentAgent: host.agent, store: app.store },
    );
    const verifierOnly = await redeem();
    expect(await codeOf(verifierOnly)).toEqual(REFUSED);
    expect(await codeOf(await refresh(other.listening, tokens))).toEqual(REFUSED);
    for (const token of [tokens.access_token, tokens.refresh_token])
      expect((await revoke(token, other.listening)).status).toBe(401);
    expect(other.logs).toContainEqual(
      expect.objectContaining({
        error: 'invalid_client',
        detail: expect.stringContaining('when the user signed in'),
      }),
    );
    await other.stop();
  });

  it('is held to it from the moment its document says so', async () => {
    serveClient(host, EITHER, [key.jwk]);
    const tokens = await signInForTokens(app.url, { client });
    serveClient(host, KEYS_ONLY, [key.jwk]);
    const other = await startApp(
      {},
      { PUBLIC_URL: app.url },
      { documentAgent: host.agent, store: app.store },
    );
    const authorize = `${other.listening}/authorize?client_id=${encodeURIComponent(DOCUMENT_URL)}`;
    await fetch(authorize, { redirect: 'manual' });
    expect(await codeOf(await refresh(other.listening, tokens))).toEqual(REFUSED);
    const restarted = await startApp(
      {},
      { PUBLIC_URL: app.url },
      { documentAgent: host.agent, store: app.store },
    );
    // The first server loaded the document while it asked for no keys.
    for (const url of [restarted.listening, app.url])
      expect(await codeOf(await refresh(url, tokens))).toEqual(REFUSED);
    expect((await refresh(other.listening, tokens, await sign())).status).toBe(200);
    await other.stop();
  });

  it('may leave client_id out of the form, and must not name another one', async () => {
    const { refresh_token } = await signInForAssertedTokens();
    const form = { grant_type: 'refresh_token', refresh_token };
    const other = { client_id: DOCUMENT_URL.replace('client.json', 'other.json') };
    expect((await tokenRequest(app.url, { ...form, ...other, ...(await sign()) })).status).toBe(401);
    expect((await tokenRequest(app.url, { ...form, ...(await sign()) })).status).toBe(200);
  });

  it('is named in the log by the id in its assertion', async () => {
    expect(await attempt(app.url, await sign({ exp: 1 }))).toEqual(REFUSED);
    expect(app.logs.find(({ msg }) => msg === 'refused')).toMatchObject({ clientId: DOCUMENT_URL });
  });
});

describe('a registered client', () => {
  it('of private_key_jwt gets no secret, and signs', async () => {
    const response = await fetch(`${app.url}/register`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ redirect_uris: [CALLBACK], ...KEYS_ONLY, jwks: { keys: [key.jwk] } }),
    });
    const registration = (await response.json()) as { client_id: string };
    expect(registration).toMatchObject({ ...KEYS_ONLY, jwks: { keys: [{ kid: key.kid }] } });
    expect(registration).not.toHaveProperty('client_secret');
    const { redeem } = await signIn(app.url, { client: registration });
    expect(await codeOf(await redeem())).toEqual(REFUSED);
    const { client_id: id } = registration;
    expect((await redeem(await sign({ iss: id, sub: id }))).status).toBe(200);
  });

  it('of private_key_jwt without keys is refused, and a public one keeps no keys', async () => {
    const send = async (metadata: object) => {
      const body = JSON.stringify({ redirect_uris: [CALLBACK], ...metadata });
      const headers = { 'Content-Type': 'application/json' };
      return (await fetch(`${app.url}/register`, { method: 'POST', headers, body })).json();
    };
    expect(await send(KEYS_ONLY)).toMatchObject({ error: 'invalid_client_metadata' });
    expect(await send({ ...KEYS_ONLY, jwks_uri: 'https://10.0.0.1/k' })).toMatchObject({
      error: 'invalid_client_metadata',
    });
    expect(await send({ token_endpoint_auth_method: 'none', jwks: { keys: [key.jwk] } })).not.toHaveProperty(
      'jwks',
    );
  });
});

it('a public client goes on as before', async () => {
  serveClient(host, {}, []);
  const tokens = await signInForTokens(app.url, { client });
  expect((await refresh(app.url, tokens)).status).toBe(200);
});
