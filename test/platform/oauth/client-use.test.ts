import { afterAll, beforeAll, expect, it } from 'vitest';
import { nowInSeconds } from '../../../src/platform/clock.js';
import { type FixtureApp, startFixture } from '../../support/app/fixture.js';
import { refresh, signInForTokens, type Tokens } from '../../support/oauth/oauth.js';

let server: FixtureApp;
beforeAll(async () => {
  server = await startFixture();
});
afterAll(() => server.stop());

it('that a client is in use is noted at a refresh, once a minute', async () => {
  const tokens = await signInForTokens(server.url);
  const { store } = server;
  const client = () =>
    store
      .selectFrom('oauth_clients')
      .select(['used_at', 'expires_at'])
      .where('client_id', '=', tokens.client.client_id)
      .executeTakeFirstOrThrow();
  const useAt = (used_at: number) =>
    store
      .updateTable('oauth_clients')
      .set({ used_at, expires_at: used_at })
      .where('client_id', '=', tokens.client.client_id)
      .execute();
  const recently = nowInSeconds() - 30;
  await useAt(recently);
  const next = (await (await refresh(server.url, tokens)).json()) as Tokens;
  expect(await client()).toEqual({ used_at: recently, expires_at: recently });
  const before = nowInSeconds();
  await useAt(before - 60);
  expect((await refresh(server.url, { ...tokens, ...next })).status).toBe(200);
  const { used_at, expires_at } = await client();
  expect(used_at).toBeGreaterThanOrEqual(before);
  expect(expires_at).toBe((used_at ?? 0) + 90 * 86_400);
});
