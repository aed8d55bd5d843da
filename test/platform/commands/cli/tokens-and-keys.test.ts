import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectStore } from '../../../../src/platform/store/database.js';
import { ping, post } from '../../../support/app/clients.js';
import { signInForTokens } from '../../../support/oauth/oauth.js';
import { type Cli, cliFor, cliJson } from '../../../support/programs/cli.js';
import { startServer, type TestServer } from '../../../support/programs/server.js';

/** All commands work on the database of a server that keeps running and is never restarted. */
let server: TestServer;
let cli: Cli;
beforeAll(async () => {
  server = await startServer({ RATE_LIMIT_SCALE: '100' });
  cli = cliFor(server.databaseUrl);
});
afterAll(() => server.stop());

const statusWith = async (token: string) => (await ping(server.mcpUrl, `Bearer ${token}`)).status;

describe('tokens', () => {
  it('work from the moment they are made until they are revoked, with their scopes, and are not stored', async () => {
    const { token } = await cliJson<{ token: string }>(
      cli,
      'token create reports --scopes notes:read --days 2',
    );
    const params = { name: 'who_is_calling', arguments: {} };
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params };
    const response = await post(server.mcpUrl, body, { Authorization: `Bearer ${token}` });
    const text = await response.text();
    expect(text).toContain('"id":"service:reports"');
    expect(text).toContain('"scopes":["notes:read"]');
    expect(await statusWith(`${token}x`)).toBe(401);

    const store = await connectStore(server.databaseUrl);
    const rows = await store.selectFrom('service_tokens').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(token.slice(12));
    await store.updateTable('service_tokens').set({ expires_at: 1 }).where('name', '=', 'reports').execute();
    expect(await statusWith(token)).toBe(401);
    await store
      .updateTable('service_tokens')
      .set({ expires_at: null })
      .where('name', '=', 'reports')
      .execute();
    expect(await statusWith(token)).toBe(200);
    await store.destroy();

    expect((await cli('token list')).out).toMatch(/^reports +notes:read/m);
    expect((await cli('token revoke reports')).code).toBe(0);
    expect(await statusWith(token)).toBe(401);
  });

  it.each([
    'token create two words',
    'token create a/b',
    'token create x --days 0',
    'token create x --scopes all',
    'token create static-token',
  ])('%s is refused', async (command) => {
    expect((await cli(command)).code).not.toBe(0);
    expect(await cliJson(cli, 'token list')).toEqual([]);
  });

  it('a name can be used only once', async () => {
    expect((await cli('token create twice')).code).toBe(0);
    expect((await cli('token create twice')).err).toBe('There is already a token twice\n');
    await cli('token revoke twice');
  });
});

it('keys rotate, and tokens issued before stay valid; only one key waits at a time', async () => {
  const before = await signInForTokens(server.url);
  const day = await cliJson<{ signs_from: number }>(cli, 'keys rotate');
  expect(day.signs_from - Date.now() / 1000).toBeGreaterThan(86_000);
  expect((await cli('keys rotate')).err).toMatch(/already waiting to sign/);
  expect((await cli('keys rotate --now')).code).toBe(0);
  const keys = await cliJson<{ state: string }[]>(cli, 'keys list');
  expect(keys.map(({ state }) => state)).toEqual(['current', 'previous']);
  expect(await statusWith(before.access_token)).toBe(200);
  const two = await cliJson<{ signs_from: number }>(cli, 'keys rotate --lead-time 48');
  expect(two.signs_from - day.signs_from).toBeGreaterThan(86_000);
});

it.each([
  ['--lead-time 0', 1],
  ['--lead-time soon', 1],
  ['--now --lead-time 3', 2],
])('keys rotate %s is refused', async (options, code) => {
  expect((await cli(`keys rotate ${options}`)).code).toBe(code);
});

it('db backup copies a database in use, into a file that can be used at once', async () => {
  const copy = join(server.databaseUrl.slice('file:'.length), '../copy.db');
  expect((await cli(`db backup ${copy}`)).code).toBe(0);
  const names = (await cliJson<{ username: string }[]>(cliFor(`file:${copy}`), 'user list')).map(
    ({ username }) => username,
  );
  expect(names).toEqual(expect.arrayContaining(['ann', 'bea']));
  const again = await cli(`db backup ${copy}`);
  expect(again.code).toBe(1);
  expect(again.err).toMatch(/^The backup was not written: .*\n$/);
  expect((await cli('db migrate')).out).toContain('0003-service-tokens');
});
