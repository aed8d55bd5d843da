import { expect, it } from 'vitest';
import { startApp } from '../../support/app/app.js';
import { ping } from '../../support/app/clients.js';
import { oneUser, PASSWORD } from '../../support/app/one-user.js';
import {
  authorizeUrl,
  Browser,
  pkce,
  refresh,
  register,
  signIn,
  signInForTokens,
  type Tokens,
  tokenRequest,
} from '../../support/oauth/oauth.js';

it('no refusal logs a code, verifier, token, password or client secret, at any log level', async () => {
  const app = await startApp({}, { LOG_LEVEL: 'trace', REFRESH_GRACE: '0' }, { accounts: oneUser() });
  const secrets: string[] = [];
  const secret = (text = '') => {
    secrets.push(text);
    return text;
  };
  const client = await register(app.url);
  const { client_id, client_secret } = await register(app.url, {
    token_endpoint_auth_method: 'client_secret_basic',
  });
  secret(client_secret);

  // Codes: with a wrong verifier, by another client, twice.
  const signedIn = await signIn(app.url, { client, username: 'ada', password: secret(PASSWORD) });
  secret(signedIn.code);
  secret(signedIn.pkce.verifier);
  await signedIn.redeem({ code_verifier: secret(pkce().verifier) });
  await signedIn.redeem({ client_id: (await register(app.url, { client_name: 'Other' })).client_id });
  await signedIn.redeem({ redirect_uri: 'https://evil.example/callback' });
  const tokens = (await (await signedIn.redeem()).json()) as Tokens;
  secret(tokens.access_token);
  secret(tokens.refresh_token);
  await signedIn.redeem();

  // Refresh tokens: ended, widened, made up.
  await refresh(app.url, { client, ...tokens });
  await refresh(app.url, { client, ...tokens }, { scope: 'admin' });
  await refresh(app.url, { client, ...tokens, refresh_token: secret('made-up-refresh-token') });

  // Client secrets: wrong in the header, wrong in the form, both at once.
  const basic = (value: string) => ({
    Authorization: `Basic ${secret(btoa(`${client_id}:${secret(value)}`))}`,
  });
  const grant = { grant_type: 'refresh_token', refresh_token: 'r' };
  await tokenRequest(app.url, grant, basic('wrong-secret-of-the-header'));
  await tokenRequest(app.url, { ...grant, client_id, client_secret: secret('wrong-secret-of-the-form') });
  await tokenRequest(app.url, { ...grant, client_secret: client_secret ?? '' }, basic(client_secret ?? ''));

  // Client assertions: made up, of another type, and as a client_id.
  const part = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url');
  const client_assertion = secret(
    `${part({ alg: 'ES256' })}.${part({ sub: client_id })}.${'made-up'.repeat(9)}`,
  );
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  await tokenRequest(app.url, { ...grant, client_assertion, client_assertion_type: type });
  await tokenRequest(app.url, { ...grant, client_assertion, client_assertion_type: client_assertion });
  await tokenRequest(app.url, { ...grant, client_id: client_assertion });

  // The sign-in page: a wrong password, and one typed as the name.
  const browser = new Browser(app.url);
  const url = authorizeUrl(app.url, client.client_id, pkce().challenge);
  const fields = await browser.open(url, secret('password-typed-as-name'), secret('a-wrong-password'));
  await browser.submit(fields);
  await browser.submit({ ...fields, request: secret('made-up-request-id') });
  for (const cookie of browser.cookies.values()) secret(cookie);

  // Access tokens: ended, made up, and a header that is the token alone.
  for (const header of [
    `Bearer ${tokens.access_token}`,
    `Bearer ${secret('made-up-token')}`,
    secret('bare-token'),
  ]) {
    await ping(app.mcpUrl, header);
  }
  await app.stop();

  const text = JSON.stringify(app.logs);
  expect(app.logs.filter(({ msg }) => /refused/.test(String(msg))).length).toBeGreaterThanOrEqual(13);
  expect(secrets.length).toBeGreaterThan(15);
  for (const each of secrets) {
    expect(each).not.toBe('');
    expect(text).not.toContain(each);
  }
});

it('a secret in the place of something else reaches no line of the log', async () => {
  const app = await startApp({}, { LOG_LEVEL: 'trace' }, { accounts: oneUser() });
  const client = await register(app.url);
  const { code, pkce: proof } = await signIn(app.url, { client, username: 'ada', password: PASSWORD });
  const { client_secret = '' } = await register(app.url, {
    token_endpoint_auth_method: 'client_secret_basic',
  });
  const tokens = await signInForTokens(app.url, { username: 'ada', password: PASSWORD });
  const secrets = [code, proof.verifier, client_secret, tokens.access_token, tokens.refresh_token];
  const tokenParameters = [
    'client_id',
    'grant_type',
    'code',
    'redirect_uri',
    'resource',
    'scope',
    'refresh_token',
  ];
  const authorizeParameters = [
    ...['client_id', 'redirect_uri', 'response_type', 'scope', 'state', 'resource'],
    ...['code_challenge', 'code_challenge_method', 'unknown'],
  ];
  for (const secret of secrets) {
    for (const name of tokenParameters) {
      for (const grant_type of ['authorization_code', 'refresh_token']) {
        const form = { grant_type, client_id: client.client_id, code: 'c', code_verifier: pkce().verifier };
        await tokenRequest(app.url, { ...form, refresh_token: 'r', [name]: secret });
      }
    }
    await tokenRequest(app.url, { grant_type: 'x' }, { Authorization: `Basic ${btoa(`${secret}:x`)}` });
    await tokenRequest(app.url, { grant_type: 'x' }, { 'Content-Type': `text/${secret}` });
    for (const name of authorizeParameters) {
      const url = authorizeUrl(app.url, client.client_id, pkce().challenge, { [name]: secret });
      await fetch(url, { redirect: 'manual' });
    }
    for (const path of [secret, `authorize/${secret}`, `mcp/${secret}`, `login/${secret}`, `token/${secret}`])
      await fetch(`${app.url}/${path}`, { headers: { 'User-Agent': secret } });
    const headers = { Origin: `https://${secret}`, 'Content-Type': 'application/x-www-form-urlencoded' };
    await fetch(`${app.url}/login`, { method: 'POST', headers, body: 'a=b' });
    await fetch(`${app.url}/login?request=${secret}`, { headers: { Cookie: secret } });
  }
  await app.stop();
  const text = JSON.stringify(app.logs);
  for (const secret of secrets) {
    // A token in three parts is told by its signature.
    expect(text).not.toContain(secret.split('.').at(-1));
  }
});
