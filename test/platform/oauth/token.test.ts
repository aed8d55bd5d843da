import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nowInSeconds } from '../../../src/platform/clock.js';
import { sha256 } from '../../../src/platform/digest.js';
import { connectStore } from '../../../src/platform/store/database.js';
import { tokenWorks } from '../../support/app/clients.js';
import { type FixtureApp, startFixture } from '../../support/app/fixture.js';
import {
  CALLBACK,
  pkce,
  register,
  signIn,
  signInForTokens,
  type Tokens,
  tokenRequest,
} from '../../support/oauth/oauth.js';

let server: FixtureApp;
beforeAll(async () => {
  server = await startFixture({ RATE_LIMIT_SCALE: '100' });
});
afterAll(() => server.stop());

const works = (token: string) => tokenWorks(server.mcpUrl, token);

async function expectError(response: Response, status: number, error: string): Promise<void> {
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toContain('application/json');
  expect(response.headers.get('cache-control')).toBe('no-store');
  const body = await response.json();
  expect(body).toMatchObject({ error, error_description: expect.stringMatching(/^[ -!#-[\]-~]+$/) });
}

describe('redeeming a code', () => {
  it('answers a bearer token, its lifetime and scope, and is not cached', async () => {
    const { redeem } = await signIn(server.url);
    const response = await redeem();
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'notes:read',
      refresh_token: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it('a wrong or missing verifier is refused, and does not use up the code', async () => {
    const { redeem } = await signIn(server.url);
    await expectError(await redeem({ code_verifier: pkce().verifier }), 400, 'invalid_grant');
    await expectError(await redeem({ code_verifier: undefined }), 400, 'invalid_request');
    await expectError(await redeem({ code_verifier: 'short' }), 400, 'invalid_request');
    expect((await redeem()).status).toBe(200);
  });

  it('a code is refused after a minute', async () => {
    const { redeem, code } = await signIn(server.url);
    const store = await connectStore(server.databaseUrl);
    const own = store.updateTable('authorization_codes').where('code_hash', '=', sha256(code));
    const { expires_at = 0 } =
      (await store
        .selectFrom('authorization_codes')
        .select('expires_at')
        .where('code_hash', '=', sha256(code))
        .executeTakeFirst()) ?? {};
    expect(expires_at - nowInSeconds()).toBeLessThanOrEqual(60);
    await own.set({ expires_at: nowInSeconds() }).execute();
    await store.destroy();
    await expectError(await redeem(), 400, 'invalid_grant');
  });

  it('a replay that is otherwise correct ends the grant', async () => {
    const { redeem, client } = await signIn(server.url);
    const tokens = (await (await redeem()).json()) as Tokens;
    expect(await works(tokens.access_token)).toBe(true);
    await expectError(await redeem(), 400, 'invalid_grant');
    expect(await works(tokens.access_token)).toBe(false);
    expect(server.output()).toContain('an authorization code was used twice');
    const form = {
      grant_type: 'refresh_token',
      client_id: client.client_id,
      refresh_token: tokens.refresh_token,
    };
    await expectError(await tokenRequest(server.url, form), 400, 'invalid_grant');
  });

  it('a replay with a wrong verifier or another client changes nothing', async () => {
    const { redeem } = await signIn(server.url);
    const tokens = (await (await redeem()).json()) as Tokens;
    const other = await register(server.url, { client_name: 'Other' });
    await expectError(await redeem({ code_verifier: pkce().verifier }), 400, 'invalid_grant');
    await expectError(await redeem({ client_id: other.client_id }), 400, 'invalid_grant');
    expect(await works(tokens.access_token)).toBe(true);
  });

  it('of 20 redemptions at once, one succeeds, and then its tokens end too', async () => {
    for (let round = 0; round < 3; round += 1) {
      const { redeem } = await signIn(server.url);
      const responses = await Promise.all(Array.from({ length: 20 }, () => redeem()));
      const succeeded = responses.filter(({ status }) => status === 200);
      expect(succeeded).toHaveLength(1);
      const tokens = (await succeeded[0]?.json()) as Tokens;
      expect(await works(tokens.access_token)).toBe(false);
    }
  });

  it('another client or another redirect_uri is refused, but redirect_uri may be missing', async () => {
    const { redeem } = await signIn(server.url);
    const other = await register(server.url, { client_name: 'Other' });
    await expectError(await redeem({ client_id: other.client_id }), 400, 'invalid_grant');
    await expectError(await redeem({ redirect_uri: `${CALLBACK}/` }), 400, 'invalid_grant');
    await expectError(await redeem({ resource: 'https://evil.example' }), 400, 'invalid_target');
    expect((await redeem({ redirect_uri: undefined, resource: server.mcpUrl })).status).toBe(200);
  });

  it('malformed requests are refused', async () => {
    const { redeem, client } = await signIn(server.url);
    const form = `grant_type=authorization_code&client_id=${client.client_id}`;
    await expectError(await tokenRequest(server.url, `${form}&code=a&code=b`), 400, 'invalid_request');
    await expectError(
      await tokenRequest(server.url, `client_id=${client.client_id}`),
      400,
      'invalid_request',
    );
    await expectError(await redeem({ grant_type: 'password' }), 400, 'unsupported_grant_type');
    await expectError(await redeem({ code: undefined }), 400, 'invalid_request');
    await expectError(await redeem({ client_id: undefined }), 400, 'invalid_request');
    const json = { 'Content-Type': 'application/json' };
    await expectError(
      await tokenRequest(server.url, '{"grant_type":"authorization_code"}', json),
      400,
      'invalid_request',
    );
    await expectError(await fetch(`${server.url}/token`), 405, 'invalid_request');
    const once = await register(server.url, { grant_types: ['authorization_code'] });
    const refresh = { grant_type: 'refresh_token', client_id: once.client_id, refresh_token: 'x' };
    await expectError(await tokenRequest(server.url, refresh), 400, 'unauthorized_client');
  });

  it('the same resource may come twice for a code and for a refresh, a foreign one beside it may not', async () => {
    const { redeem, client, code, pkce } = await signIn(server.url);
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: client.client_id,
      code,
      code_verifier: pkce.verifier,
    });
    const ours = `resource=${server.mcpUrl}&resource=${server.mcpUrl}/&resource=`;
    const foreign = `resource=${server.mcpUrl}&resource=https://evil.example`;
    await expectError(await tokenRequest(server.url, `${form}&${foreign}`), 400, 'invalid_target');
    await expectError(await redeem({ resource: 'https://evil.example' }), 400, 'invalid_target');
    const redeemed = await tokenRequest(server.url, `${form}&${ours}`);
    expect(redeemed.status).toBe(200);
    const { refresh_token } = (await redeemed.json()) as Tokens;
    const again = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: client.client_id,
      refresh_token,
    });
    await expectError(await tokenRequest(server.url, `${again}&${foreign}`), 400, 'invalid_target');
    expect((await tokenRequest(server.url, `${again}&${ours}`)).status).toBe(200);
  });

  it('a client without the refresh_token grant gets no refresh token', async () => {
    const once = await register(server.url, { grant_types: ['authorization_code'] });
    expect(await signInForTokens(server.url, { client: once })).not.toHaveProperty('refresh_token');
  });

  it('a body of 2 MB is refused as JSON', async () => {
    await expectError(
      await tokenRequest(server.url, `code=${'x'.repeat(2_000_000)}`),
      413,
      'invalid_request',
    );
  });
});

describe('client authentication', () => {
  const basic = (id: string, secret: string) => ({
    Authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
  });
  const grant = { grant_type: 'authorization_code', code: 'x', code_verifier: 'x'.repeat(43) };

  it.each(['client_secret_basic', 'client_secret_post'])(
    'a client of %s may use either way, with its secret',
    async (method) => {
      const client = await register(server.url, { token_endpoint_auth_method: method });
      const { client_id, client_secret = '' } = client;
      const viaPost = await signIn(server.url, { client });
      expect((await viaPost.redeem({ client_secret })).status).toBe(200);
      const viaBasic = await signIn(server.url, { client });
      const form = {
        grant_type: 'authorization_code',
        code: viaBasic.code,
        code_verifier: viaBasic.pkce.verifier,
        redirect_uri: CALLBACK,
      };
      expect((await tokenRequest(server.url, form, basic(client_id, client_secret))).status).toBe(200);
    },
  );

  it('a missing, wrong or unexpected secret is 401, with a Basic challenge only for Basic', async () => {
    const { client_id } = await register(server.url, { token_endpoint_auth_method: 'client_secret_basic' });
    const open = await register(server.url);
    for (const form of [
      { ...grant, client_id },
      { ...grant, client_id, client_secret: 'wrong' },
      { ...grant, client_id: open.client_id, client_secret: 'unexpected' },
      { ...grant, client_id: 'nobody' },
    ]) {
      const response = await tokenRequest(server.url, form);
      await expectError(response, 401, 'invalid_client');
      expect(response.headers.get('www-authenticate')).toBeNull();
    }
    for (const header of [
      basic(client_id, 'wrong'),
      basic('nobody', 'x'),
      { Authorization: 'Basic !' },
      { Authorization: `Basic ${Buffer.from('null\0byte:x').toString('base64')}` },
      basic('null\0byte', 'x'),
    ]) {
      const response = await tokenRequest(server.url, grant, header);
      await expectError(response, 401, 'invalid_client');
      expect(response.headers.get('www-authenticate')).toMatch(/^Basic /);
    }
  });

  it('two methods at once are refused', async () => {
    const { client_id, client_secret = '' } = await register(server.url, {
      token_endpoint_auth_method: undefined,
    });
    const response = await tokenRequest(
      server.url,
      { ...grant, client_secret },
      basic(client_id, client_secret),
    );
    await expectError(response, 400, 'invalid_request');
    const other = await register(server.url);
    const form = { ...grant, client_id: other.client_id };
    await expectError(
      await tokenRequest(server.url, form, basic(client_id, client_secret)),
      401,
      'invalid_client',
    );
  });
});
