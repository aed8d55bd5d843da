import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FixtureApp, startFixture } from '../../../support/app/fixture.js';
import { codeOf, register, signIn, tokenRequest } from '../../../support/oauth/oauth.js';

let server: FixtureApp;
beforeAll(async () => {
  server = await startFixture({ RATE_LIMIT_SCALE: '100' });
});
afterAll(() => server.stop());

const grant = { grant_type: 'authorization_code', code: 'x', code_verifier: 'x'.repeat(43) };

it.each(['', 'Bearer', 'Bearer x', 'Digest username="x"', 'DPoP x', 'Basics eA==', 'bare-token'])(
  'a header "Authorization: %s" authenticates no client, and is no reason to refuse one',
  async (Authorization) => {
    const { client, redeem, code, pkce: proof } = await signIn(server.url);
    expect((await tokenRequest(server.url, grant, { Authorization })).status).toBe(400);
    const form = { grant_type: 'authorization_code', code, code_verifier: proof.verifier };
    const redeemed = await tokenRequest(
      server.url,
      { ...form, client_id: client.client_id },
      { Authorization },
    );
    expect(redeemed.status).toBe(200);
    const { refresh_token: token } = (await redeemed.json()) as { refresh_token: string };
    const body = new URLSearchParams({ token, client_id: client.client_id });
    const revoked = await fetch(`${server.url}/revoke`, {
      method: 'POST',
      body,
      headers: { Authorization },
    });
    expect(revoked.status).toBe(200);
    expect((await redeem()).status).toBe(400);
    const confidential = await register(server.url, { token_endpoint_auth_method: 'client_secret_post' });
    const { client_id, client_secret = '' } = confidential;
    const posted = await tokenRequest(server.url, { ...grant, client_id, client_secret }, { Authorization });
    expect(await codeOf(posted)).toEqual([400, 'invalid_grant']);
  },
);
