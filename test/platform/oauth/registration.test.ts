import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectStore } from '../../../src/platform/store/database.js';
import { type FixtureApp, startFixture } from '../../support/app/fixture.js';
import { CALLBACK, register, registerRaw, signIn } from '../../support/oauth/oauth.js';
import { fill } from '../../support/oauth/registrations.js';

let server: FixtureApp;
beforeAll(async () => {
  server = await startFixture({ RATE_LIMIT_SCALE: '100' });
});
afterAll(() => server.stop());

async function expectRefused(metadata: unknown, error: string): Promise<void> {
  const response = await registerRaw(server.url, metadata);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    error,
    error_description: expect.stringMatching(/^[ -!#-[\]-~]+$/),
  });
}

describe('client registration', () => {
  it('a public client gets no secret, and the answer is not cached', async () => {
    const metadata = {
      redirect_uris: [CALLBACK],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    };
    const response = await registerRaw(server.url, metadata);
    expect(response.status).toBe(201);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const client = (await response.json()) as Record<string, unknown>;
    expect(client).toMatchObject({ client_id: expect.any(String), client_id_issued_at: expect.any(Number) });
    expect(client).not.toHaveProperty('client_secret');
    expect(client).not.toHaveProperty('client_secret_expires_at');
    expect(client).not.toHaveProperty('client_name');
  });

  it('null counts as left out', async () => {
    const client = await register(server.url, { client_name: null, client_uri: null, grant_types: null });
    expect(client).toMatchObject({ grant_types: ['authorization_code', 'refresh_token'] });
    expect(client).not.toHaveProperty('client_name');
  });

  it('without a method, the answer says client_secret_basic, with a secret that does not expire', async () => {
    const client = await register(server.url, { token_endpoint_auth_method: undefined });
    expect(client).toMatchObject({
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret: expect.stringMatching(/^[\w-]{43}$/),
      client_secret_expires_at: 0,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: [CALLBACK],
    });
  });

  it.each([
    'http://evil.example/callback',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'vbscript:x',
    'https://app.example/callback#fragment',
    'https://user@app.example/callback',
    'https://*.example.com/callback',
    'http://127.0.0.1.evil.example/callback',
    '/callback',
    'https://app.example/ callback',
    'https:app.example/callback',
    'https:///app.example/callback',
    'http:localhost/callback',
    'https://app.example/\0callback',
    `https://app.example/${'x'.repeat(2000)}`,
    '',
    'jAvAsCrIpT://%0aalert(1)',
    'intent://scan/#Intent;end',
    'ms-settings:privacy',
    'mailto:ann@app.example',
    'x-apple.systempreferences:com.apple.preference.security',
    null,
    7,
    { uri: CALLBACK },
  ])('the redirect URI %s is refused', async (uri) => {
    const metadata = { client_name: 'One of two', token_endpoint_auth_method: 'none' };
    await expectRefused({ ...metadata, redirect_uris: [uri] }, 'invalid_redirect_uri');
    const client = await register(server.url, { ...metadata, redirect_uris: [uri, CALLBACK] });
    expect(client).toMatchObject({ redirect_uris: [CALLBACK] });
  });

  it('is told which redirect URI cannot be used, and why, when none can', async () => {
    const listed = ['http://app.example/cb', 'https://app.example/#x', 'myapp://cb', 'tel:1', null, 'x', 'y'];
    const response = await registerRaw(server.url, { redirect_uris: listed });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: 'invalid_redirect_uri',
      error_description:
        'None of the redirect_uris can be used. Number 1: http is only for the same computer, use https. ' +
        'Number 2: it has a fragment. ' +
        'Number 3: its scheme is not known here, use one with a dot, or have it added to REDIRECT_SCHEMES. ' +
        'Number 4: its scheme belongs to no application. Number 5: it is not text. And 2 more',
    });
    expect(server.logs.at(-2)).toMatchObject({
      detail: expect.stringContaining('"http://app.example/cb": http is only for the same computer'),
    });
  });

  it('an application that lists 40 addresses, some of them twice, keeps the first 25', async () => {
    const uris = Array.from({ length: 40 }, (_, index) => `https://app.example/${index}`);
    const listed = uris.flatMap((uri) => [uri, uri]);
    expect(await register(server.url, { redirect_uris: listed })).toMatchObject({
      redirect_uris: uris.slice(0, 25),
    });
  });

  it('Warp, and an application whose scheme the operator added, get their answers', async () => {
    const own = await startFixture({ REDIRECT_SCHEMES: 'OurDesk, other' });
    for (const uri of ['warp://mcp/oauth2callback', 'ourdesk://cb']) {
      const client = await register(own.url, { redirect_uris: [uri] });
      const signedIn = await signIn(own.url, { client, parameters: { redirect_uri: uri } });
      expect((await signedIn.redeem({ redirect_uri: uri })).status).toBe(200);
    }
    await own.stop();
  });

  it('an application with a name of 130 characters registers', async () => {
    const metadata = { client_name: 'x'.repeat(130), token_endpoint_auth_method: 'none' };
    expect(await register(server.url, metadata)).toMatchObject(metadata);
  });

  it.each([
    'https://claude.ai/api/mcp/auth_callback',
    'https://app.example/callback?tenant=1',
    'http://localhost:33418/',
    'http://[::1]:5000/cb',
    'cursor://anysphere.cursor-mcp/oauth/callback',
    'vscode://vscode.github-authentication/did-authenticate',
    'com.example.app:/callback',
  ])('the redirect URI %s is accepted', async (uri) => {
    expect(await register(server.url, { redirect_uris: [uri] })).toMatchObject({ redirect_uris: [uri] });
  });

  it.each([[[]], [undefined], ['https://app.example/'], [[1]]])(
    'redirect_uris %j are refused',
    async (redirect_uris) => {
      await expectRefused({ redirect_uris, token_endpoint_auth_method: 'none' }, 'invalid_redirect_uri');
    },
  );

  it('malformed, huge and absurd bodies are refused as JSON', async () => {
    const bodies: [unknown, number][] = [
      ['{"redirect_uris":', 400],
      [[], 400],
      ['null', 400],
      ['', 400],
      [{ redirect_uris: [CALLBACK], client_name: 'x'.repeat(1_000_000) }, 413],
      [{ redirect_uris: [CALLBACK], client_name: 'x'.repeat(10_000) }, 400],
      [{ redirect_uris: [CALLBACK], client_name: 'null \0 byte' }, 400],
      [{ redirect_uris: Array.from({ length: 500 }, () => 'http://a.example/') }, 400],
    ];
    for (const [body, status] of bodies) {
      const response = await registerRaw(server.url, body);
      expect(response.status).toBe(status);
      expect(await response.json()).toMatchObject({ error: expect.stringMatching(/^invalid_/) });
    }
  });

  it('methods and grants that are not supported are refused or left out, never stored', async () => {
    await expectRefused(
      { redirect_uris: [CALLBACK], token_endpoint_auth_method: 'tls_client_auth' },
      'invalid_client_metadata',
    );
    await expectRefused({ redirect_uris: [CALLBACK], grant_types: ['password'] }, 'invalid_client_metadata');
    const client = await register(server.url, { grant_types: ['authorization_code', 'password'] });
    expect(client).toMatchObject({ grant_types: ['authorization_code'] });
    const store = await connectStore(server.databaseUrl);
    const rows = await store
      .selectFrom('oauth_clients')
      .select(['token_endpoint_auth_method', 'grant_types'])
      .execute();
    await store.destroy();
    expect(rows.map(({ grant_types }) => grant_types)).toContain('["authorization_code"]');
    expect(JSON.stringify(rows)).not.toMatch(/tls_client_auth|password/);
  });

  it('the same public client gets the same id again, and a changed one gets another', async () => {
    const [first, second] = await Promise.all([
      register(server.url, { client_name: 'Twin' }),
      register(server.url, { client_name: 'Twin' }),
    ]);
    expect(second.client_id).toBe(first.client_id);
    expect((await register(server.url, { client_name: 'Other' })).client_id).not.toBe(first.client_id);
    const ports = await Promise.all(
      ['http://127.0.0.1:41165/cb', 'http://127.0.0.1:40273/cb'].map((uri) =>
        register(server.url, { client_name: 'Moves its port', redirect_uris: [uri] }),
      ),
    );
    expect(ports[0]?.client_id).toBe(ports[1]?.client_id);
    expect(ports[1]).toMatchObject({ redirect_uris: ['http://127.0.0.1:40273/cb'] });
    const secrets = await Promise.all(
      [1, 2].map(() => register(server.url, { token_endpoint_auth_method: 'client_secret_post' })),
    );
    expect(secrets[0]?.client_id).not.toBe(secrets[1]?.client_id);
  });
});

describe('limits of registration', () => {
  it('the 31st registration of an hour from one address is 429 with Retry-After', async () => {
    const limited = await startFixture();
    for (let index = 0; index < 30; index += 1) {
      await register(limited.url, { client_name: `Client ${index}` });
      // A refused registration does not count.
      expect((await registerRaw(limited.url, { redirect_uris: [] })).status).toBe(400);
    }
    const response = await registerRaw(limited.url, { redirect_uris: [CALLBACK] });
    expect(response.status).toBe(429);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await response.json()).toMatchObject({ error: 'temporarily_unavailable' });
    await limited.stop();
  });

  it('beyond 10,000 clients that are in use the answer is 503 with Retry-After', async () => {
    const full = await startFixture();
    await fill(full.databaseUrl, 10_000, { used_at: 1 });
    const response = await registerRaw(full.url, { redirect_uris: [CALLBACK] });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('3600');
    await full.stop();
  });

  it('an application that registered 29 days ago and was never used still signs in', async () => {
    const client = await register(server.url, { client_name: 'Patient' });
    const store = await connectStore(server.databaseUrl);
    const { expires_at } = await store
      .selectFrom('oauth_clients')
      .select('expires_at')
      .where('client_id', '=', client.client_id)
      .executeTakeFirstOrThrow();
    await store.destroy();
    const days = (expires_at - Date.now() / 1000) / 86_400;
    expect(days).toBeGreaterThan(29.9);
    expect(days).toBeLessThanOrEqual(30);
  });
});
