import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ping } from '../../support/app/clients.js';
import { freePort, SERVICE_TOKEN } from '../../support/app/port.js';
import {
  authorizeUrl,
  Browser,
  CALLBACK,
  pkce,
  refresh,
  register,
  type Tokens,
  tokenRequest,
} from '../../support/oauth/oauth.js';
import { startServer, type TestServer } from '../../support/programs/server.js';

it('nobody has to connect again when the server is killed between registration, sign-in, token and refresh', async () => {
  const environment: Record<string, string> = { PORT: String(await freePort()) };
  let server = await startServer(environment);
  environment['DATABASE_URL'] = server.databaseUrl;
  const crash = async () => {
    server.process.kill('SIGKILL');
    await server.exited;
    server = await startServer(environment);
  };
  const { url, mcpUrl } = server;
  const client = await register(url);
  await crash();
  const proof = pkce();
  const browser = new Browser(url);
  const fields = await browser.open(authorizeUrl(url, client.client_id, proof.challenge));
  await crash();
  const callback = new URL((await browser.submit(fields)).headers.get('location') ?? '');
  await crash();
  const form = {
    grant_type: 'authorization_code',
    client_id: client.client_id,
    code: callback.searchParams.get('code') ?? '',
    code_verifier: proof.verifier,
    redirect_uri: CALLBACK,
  };
  const tokens = (await (await tokenRequest(url, form)).json()) as Tokens;
  await crash();
  expect((await ping(mcpUrl, `Bearer ${tokens.access_token}`)).status).toBe(200);
  const lost = (await (await refresh(url, { client, ...tokens })).json()) as Tokens;
  await crash();
  const retried = (await (await refresh(url, { client, ...tokens })).json()) as Tokens;
  expect(retried.refresh_token).toBe(lost.refresh_token);
  expect((await refresh(url, { client, refresh_token: retried.refresh_token })).status).toBe(200);
  await server.stop();
});

describe('what is stored and logged', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ LOG_LEVEL: 'trace' });
  });
  afterAll(() => server.stop());

  it('no token, code, secret or password is in the database or the logs', async () => {
    const client = await register(server.url, { token_endpoint_auth_method: 'client_secret_post' });
    const proof = pkce();
    const browser = new Browser(server.url);
    const target = authorizeUrl(server.url, client.client_id, proof.challenge, { state: 'the-secret-state' });
    await browser.submit(await browser.open(target, 'ann', 'a wrong password 9f3a'));
    const fields = await browser.open(target);
    const cookies = [...browser.cookies.values()];
    const callback = new URL((await browser.submit(fields)).headers.get('location') ?? '');
    const code = callback.searchParams.get('code') ?? '';
    const form = {
      grant_type: 'authorization_code',
      client_id: client.client_id,
      client_secret: client.client_secret,
      code,
      code_verifier: proof.verifier,
    };
    const tokens = (await (await tokenRequest(server.url, form)).json()) as Tokens;
    await ping(server.mcpUrl, `Bearer ${tokens.access_token}`);
    await ping(server.mcpUrl, `Bearer ${tokens.access_token}x`);
    await tokenRequest(server.url, form);

    const path = server.databaseUrl.slice('file:'.length);
    const files = await Promise.all([path, `${path}-wal`].map((file) => readFile(file, 'latin1')));
    const everything = files.join('') + server.output().replace(/Demo users.*/, '');
    expect(everything).toContain(client.client_id);
    const secrets = [
      code,
      proof.verifier,
      tokens.access_token,
      tokens.refresh_token,
      String(client.client_secret),
      'the password of ann',
      'a wrong password 9f3a',
      fields['request'] ?? '',
      ...cookies,
      ...browser.cookies.values(),
      SERVICE_TOKEN,
    ];
    expect(cookies).toHaveLength(2);
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(8);
      expect(everything.includes(secret), secret).toBe(false);
    }
    expect(server.output()).not.toContain('the-secret-state');
  });
});
