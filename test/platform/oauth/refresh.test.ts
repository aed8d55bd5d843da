import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nowInSeconds } from '../../../src/platform/clock.js';
import { connectStore } from '../../../src/platform/store/database.js';
import { post, tokenWorks } from '../../support/app/clients.js';
import { type FixtureApp, startFixture } from '../../support/app/fixture.js';
import { refresh, register, signInForTokens, type Tokens } from '../../support/oauth/oauth.js';

let server: FixtureApp;
beforeAll(async () => {
  server = await startFixture({ RATE_LIMIT_SCALE: '100' });
});
afterAll(() => server.stop());

const works = (token: string) => tokenWorks(server.mcpUrl, token);
const read = async (response: Response) => (await response.json()) as Tokens & { error?: string };

describe('refresh tokens', () => {
  it('each use rotates; using an old one after its successor was used ends everything', async () => {
    const first = await signInForTokens(server.url);
    const second = await read(await refresh(server.url, first));
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(second.scope).toBe('notes:read');
    const third = await read(await refresh(server.url, { ...first, refresh_token: second.refresh_token }));
    expect(await works(third.access_token)).toBe(true);
    const reuse = await refresh(server.url, first);
    expect(reuse.status).toBe(400);
    expect(await read(reuse)).toMatchObject({ error: 'invalid_grant' });
    expect(await works(third.access_token)).toBe(false);
    expect(server.output()).toMatch(/"client":"[^"]+","reason":"a refresh token was used again"/);
    expect((await refresh(server.url, { ...first, refresh_token: third.refresh_token })).status).toBe(400);
  });

  it('refreshes at the same moment agree on one successor, and all access tokens work', async () => {
    const tokens = await signInForTokens(server.url);
    const answers = await Promise.all(
      Array.from({ length: 10 }, async () => read(await refresh(server.url, tokens))),
    );
    expect(new Set(answers.map(({ refresh_token }) => refresh_token)).size).toBe(1);
    for (const { access_token } of answers) expect(await works(access_token)).toBe(true);
    expect(await works(tokens.access_token)).toBe(true);
  });

  it('a retry after a lost answer gets the same successor', async () => {
    const tokens = await signInForTokens(server.url);
    const [lost, retried] = [
      await read(await refresh(server.url, tokens)),
      await read(await refresh(server.url, tokens)),
    ];
    expect(retried.refresh_token).toBe(lost.refresh_token);
    expect((await refresh(server.url, { ...tokens, refresh_token: retried.refresh_token })).status).toBe(200);
  });

  it('another client can neither use it nor use it up', async () => {
    const tokens = await signInForTokens(server.url);
    const other = await register(server.url, { client_name: 'Other' });
    expect((await refresh(server.url, { ...tokens, client: other })).status).toBe(400);
    expect((await refresh(server.url, tokens)).status).toBe(200);
  });

  it('a refused request does not use up the token', async () => {
    const tokens = await signInForTokens(server.url);
    const declined = await refresh(server.url, tokens, { scope: 'notes:write' });
    expect(await read(declined)).toMatchObject({ error: 'invalid_scope' });
    const foreign = await refresh(server.url, tokens, { resource: 'https://evil.example' });
    expect(await read(foreign)).toMatchObject({ error: 'invalid_target' });
    expect(await read(await refresh(server.url, tokens, { refresh_token: undefined }))).toMatchObject({
      error: 'invalid_request',
    });
    const answer = await read(await refresh(server.url, tokens));
    const next = await read(await refresh(server.url, { ...tokens, refresh_token: answer.refresh_token }));
    expect(await works(next.access_token)).toBe(true);
  });

  it('may narrow the scope of the access token without losing the rest', async () => {
    const tokens = await signInForTokens(server.url, { parameters: { scope: 'notes:read notes:write' } });
    const narrow = await read(await refresh(server.url, tokens, { scope: 'notes:read' }));
    expect(narrow.scope).toBe('notes:read');
    const full = await read(await refresh(server.url, { ...tokens, refresh_token: narrow.refresh_token }));
    expect(full.scope).toBe('notes:read notes:write');
  });

  it.each([
    ['what the user unticked', 'notes:read notes:write'],
    ['offline_access, as LibreChat sends it', 'notes:read offline_access'],
    ['openid and unknown names', 'openid profile notes:read admin toString __proto__'],
    ['a scope twice, in odd spacing', '  notes:read   notes:read\t'],
    ['no name, only spaces', '  '],
    ['an empty scope', ''],
    ['no scope at all', undefined],
  ])('a refresh that asks for %s gets what was granted, and says so', async (_what, scope) => {
    const tokens = await signInForTokens(server.url);
    const answer = await read(await refresh(server.url, tokens, { scope }));
    expect(answer.scope).toBe('notes:read');
    expect(decodeJwt(answer.access_token)['scope']).toBe('notes:read');
    expect(await works(answer.access_token)).toBe(true);
  });

  it.each(['notes:write', 'offline_access', 'Notes:Read'])(
    'a refresh that asks for %s alone, which was not granted, is an invalid scope, and harmless',
    async (scope) => {
      const tokens = await signInForTokens(server.url);
      const response = await refresh(server.url, tokens, { scope });
      expect([response.status, (await read(response)).error]).toEqual([400, 'invalid_scope']);
      expect((await refresh(server.url, tokens)).status).toBe(200);
    },
  );

  it('two processes that ask for different scopes agree on one successor', async () => {
    const tokens = await signInForTokens(server.url, { parameters: { scope: 'notes:read notes:write' } });
    const answers = await Promise.all([
      refresh(server.url, tokens, { scope: 'notes:read offline_access' }).then(read),
      refresh(server.url, tokens, { scope: 'notes:read notes:write offline_access' }).then(read),
    ]);
    expect(answers.map(({ scope }) => scope)).toEqual(['notes:read', 'notes:read notes:write']);
    expect(answers[0]?.refresh_token).toBe(answers[1]?.refresh_token);
  });
});

describe('the end of a sign-in', () => {
  it('after REFRESH_GRACE=1 a used token no longer works, and ends the grant', async () => {
    const strict = await startFixture({ REFRESH_GRACE: '1' });
    const tokens = await signInForTokens(strict.url);
    const next = await read(await refresh(strict.url, tokens));
    const store = await connectStore(strict.databaseUrl);
    await store
      .updateTable('refresh_tokens')
      .set({ used_at: nowInSeconds() - 2 })
      .where('used_at', 'is not', null)
      .execute();
    expect((await refresh(strict.url, tokens)).status).toBe(400);
    expect((await refresh(strict.url, { ...tokens, refresh_token: next.refresh_token })).status).toBe(400);
    expect(await store.selectFrom('grants').selectAll().execute()).toEqual([]);
    await store.destroy();
    await strict.stop();
  });

  it.each(['deleted', 'disabled'])('the access of a %s user ends at once', async (how) => {
    const tokens = await signInForTokens(server.url, { username: 'bea', password: 'the password of bea' });
    expect(await works(tokens.access_token)).toBe(true);
    const store = await connectStore(server.databaseUrl);
    const bea = await store
      .selectFrom('people')
      .selectAll()
      .where('username', '=', 'bea')
      .executeTakeFirstOrThrow();
    if (how === 'deleted') await store.deleteFrom('people').where('username', '=', 'bea').execute();
    else await store.updateTable('people').set({ disabled: 1 }).where('username', '=', 'bea').execute();
    expect(await works(tokens.access_token)).toBe(false);
    expect(await read(await refresh(server.url, tokens))).toMatchObject({ error: 'invalid_grant' });
    if (how === 'deleted') await store.insertInto('people').values(bea).execute();
    else await store.updateTable('people').set({ disabled: 0 }).where('username', '=', 'bea').execute();
    expect(await works(tokens.access_token)).toBe(false);
    await store.destroy();
  });

  it('a scope that a user may no longer allow is lost to every token, and is not granted again', async () => {
    const tokens = await signInForTokens(server.url, { parameters: { scope: 'notes:read notes:write' } });
    const store = await connectStore(server.databaseUrl);
    const setScopes = (scopes: string) =>
      store.updateTable('people').set({ scopes }).where('username', '=', 'ann').execute();
    await setScopes('notes:read');
    const call = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'add_note', arguments: {} },
    };
    const response = await post(server.mcpUrl, call, { Authorization: `Bearer ${tokens.access_token}` });
    const lost = await read(await refresh(server.url, tokens, { scope: 'notes:write' }));
    const refreshed = await read(await refresh(server.url, tokens));
    await setScopes('notes:read notes:write');
    await store.destroy();
    expect(response.status).toBe(403);
    expect(lost.error).toBe('invalid_scope');
    expect(refreshed.scope).toBe('notes:read');
  });

  it('the grant ends a year after the sign-in, however often it was refreshed', async () => {
    const tokens = await signInForTokens(server.url);
    const store = await connectStore(server.databaseUrl);
    const { created_at } = await store
      .selectFrom('grants')
      .select('created_at')
      .orderBy('created_at', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow();
    await store
      .updateTable('grants')
      .set({ created_at: created_at - 366 * 86_400 })
      .execute();
    await store.destroy();
    expect(await read(await refresh(server.url, tokens))).toMatchObject({ error: 'invalid_grant' });
    expect(await works(tokens.access_token)).toBe(false);
  });

  it('an expired refresh token is refused', async () => {
    const tokens = await signInForTokens(server.url);
    const store = await connectStore(server.databaseUrl);
    await store.updateTable('refresh_tokens').set({ expires_at: 1 }).execute();
    await store.destroy();
    expect(await read(await refresh(server.url, tokens))).toMatchObject({ error: 'invalid_grant' });
  });
});

describe('revocation', () => {
  const revoke = (clientId: string, token: string | undefined) =>
    fetch(`${server.url}/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: clientId, ...(token && { token }) }),
    });

  it('of a refresh token ends the grant and its access tokens at once', async () => {
    const tokens = await signInForTokens(server.url);
    expect((await revoke(tokens.client.client_id, tokens.refresh_token)).status).toBe(200);
    expect(await works(tokens.access_token)).toBe(false);
    expect((await refresh(server.url, tokens)).status).toBe(400);
  });

  it('by another client, or of an unknown token, changes nothing and is not an error', async () => {
    const tokens = await signInForTokens(server.url);
    const other = await register(server.url, { client_name: 'Other' });
    for (const token of [tokens.refresh_token, tokens.access_token, 'unknown']) {
      expect((await revoke(other.client_id, token)).status).toBe(200);
    }
    expect(await works(tokens.access_token)).toBe(true);
    expect((await refresh(server.url, tokens)).status).toBe(200);
  });

  it('of an access token ends that one alone', async () => {
    const tokens = await signInForTokens(server.url);
    expect((await revoke(tokens.client.client_id, tokens.access_token)).status).toBe(200);
    expect(await works(tokens.access_token)).toBe(false);
    const next = await read(await refresh(server.url, tokens));
    expect(await works(next.access_token)).toBe(true);
  });

  it('needs a known client and a token', async () => {
    expect((await revoke('nobody', 'x')).status).toBe(401);
    const { client_id } = await register(server.url);
    expect((await revoke(client_id, undefined)).status).toBe(400);
  });
});
