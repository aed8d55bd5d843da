import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { UnauthorizedError as LegacyUnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { decodeJwt } from 'jose';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nowInSeconds } from '../../../src/platform/clock.js';
import { ping } from '../../support/app/clients.js';
import { type FixtureApp, startFixture } from '../../support/app/fixture.js';
import { Browser, CALLBACK } from '../../support/oauth/oauth.js';
import { TestOAuthProvider } from '../../support/oauth/oauth-provider.js';
import { signAsServer } from '../../support/oauth/server-key.js';

let server: FixtureApp;
beforeAll(async () => {
  server = await startFixture({ RATE_LIMIT_SCALE: '100' });
});
afterAll(() => server.stop());

const info = { name: 'oauth-client', version: '1.0.0' };

describe('the SDK clients find, register, sign in, call, and refresh by themselves', () => {
  it('the 2.x client, with 2026-07-28', async () => {
    const authProvider = new TestOAuthProvider(server.url);
    const options = { versionNegotiation: { mode: { pin: '2026-07-28' } } };
    const transport = () => new StreamableHTTPClientTransport(new URL(server.mcpUrl), { authProvider });
    const first = transport();
    await expect(new Client(info, options).connect(first)).rejects.toThrow(UnauthorizedError);
    await first.finishAuth(authProvider.callback ?? new URLSearchParams());
    const client = new Client(info, options);
    await client.connect(transport());
    expect(await client.callTool({ name: 'who_is_calling' })).toMatchObject({
      structuredContent: { id: 'ann' },
    });
    await expireAccessToken(authProvider);
    expect(await client.callTool({ name: 'who_is_calling' })).toMatchObject({
      structuredContent: { id: 'ann' },
    });
    // The sign-in, the expired token that replaced its token, the refresh.
    expect(authProvider.saved).toBe(3);
    await revokeRefreshToken(authProvider);
    await expect(client.callTool({ name: 'who_is_calling' })).rejects.toThrow(/Unauthorized/);
    expect(authProvider.callback?.get('code')).toBeTruthy();
    await client.close();
  });

  it('the 1.x client, with 2025-11-25', async () => {
    const authProvider = new TestOAuthProvider(server.url);
    const transport = () =>
      new LegacyTransport(new URL(server.mcpUrl), { authProvider: authProvider as never });
    const first = transport();
    await expect(new LegacyClient(info).connect(first as never)).rejects.toThrow(LegacyUnauthorizedError);
    await first.finishAuth(authProvider.callback?.get('code') ?? '');
    const client = new LegacyClient(info);
    await client.connect(transport() as never);
    expect(await client.callTool({ name: 'who_is_calling' })).toMatchObject({
      structuredContent: { id: 'ann' },
    });
    await expireAccessToken(authProvider);
    expect(await client.callTool({ name: 'who_is_calling' })).toMatchObject({
      structuredContent: { id: 'ann' },
    });
    // The sign-in, the expired token that replaced its token, the refresh.
    expect(authProvider.saved).toBe(3);
    await revokeRefreshToken(authProvider);
    await expect(client.callTool({ name: 'who_is_calling' })).rejects.toThrow(/Unauthorized/);
    expect(authProvider.callback?.get('code')).toBeTruthy();
    await client.close();
  });

  /** Replaces the access token with one that is correct except that it has expired. */
  async function expireAccessToken(provider: TestOAuthProvider): Promise<void> {
    const tokens = provider.tokens();
    const claims = { ...decodeJwt(tokens?.access_token ?? ''), exp: nowInSeconds() - 1 };
    const access_token = await signAsServer(server.databaseUrl, claims);
    provider.saveTokens({ token_type: 'Bearer', ...tokens, access_token });
  }

  /** Ends the grant at the server, so that the client must send its user to the sign-in page again. */
  async function revokeRefreshToken(provider: TestOAuthProvider): Promise<void> {
    const client_id = provider.clientInformation()?.client_id ?? '';
    const body = new URLSearchParams({ client_id, token: provider.tokens()?.refresh_token ?? '' });
    expect((await fetch(`${server.url}/revoke`, { method: 'POST', body })).status).toBe(200);
    provider.callback = undefined;
  }
});

it('an independent OAuth library completes discovery, registration, sign-in, call, refresh and revocation', async () => {
  const insecure = { [oauth.allowInsecureRequests]: true };
  const issuer = new URL(server.url);
  const discovered = await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' });
  const as = await oauth.processDiscoveryResponse(issuer, discovered);
  const resourceUrl = new URL(server.mcpUrl);
  const resource = await oauth.resourceDiscoveryRequest(resourceUrl, insecure);
  expect((await oauth.processResourceDiscoveryResponse(resourceUrl, resource)).resource).toBe(server.mcpUrl);

  const metadata = {
    redirect_uris: [CALLBACK],
    token_endpoint_auth_method: 'none',
    client_name: 'oauth4webapi',
  };
  const registration = await oauth.dynamicClientRegistrationRequest(as, metadata, insecure);
  const client = await oauth.processDynamicClientRegistrationResponse(registration);

  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const target = new URL(as.authorization_endpoint ?? '');
  target.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'notes:read notes:write',
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    resource: server.mcpUrl,
  }).toString();
  const browser = new Browser(server.url);
  const callback = (await browser.submit(await browser.open(target))).headers.get('location') ?? '';
  const parameters = oauth.validateAuthResponse(as, client, new URL(callback), state);

  const authentication = oauth.None();
  const tokenResponse = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    authentication,
    parameters,
    CALLBACK,
    verifier,
    insecure,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, tokenResponse);
  expect(tokens.scope).toBe('notes:read notes:write');

  const call = (token: string) => ping(server.mcpUrl, `Bearer ${token}`);
  expect((await call(tokens.access_token)).status).toBe(200);

  const refreshed = await oauth.processRefreshTokenResponse(
    as,
    client,
    await oauth.refreshTokenGrantRequest(as, client, authentication, tokens.refresh_token ?? '', insecure),
  );
  expect((await call(refreshed.access_token)).status).toBe(200);

  const revocation = await oauth.revocationRequest(
    as,
    client,
    authentication,
    refreshed.refresh_token ?? '',
    insecure,
  );
  await oauth.processRevocationResponse(revocation);
  expect((await call(refreshed.access_token)).status).toBe(401);
});
