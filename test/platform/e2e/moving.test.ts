import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenWorks } from '../../support/app/clients.js';
import { freePort } from '../../support/app/port.js';
import { refresh, register, signIn, signInForTokens } from '../../support/oauth/oauth.js';
import { TestOAuthProvider } from '../../support/oauth/oauth-provider.js';
import { cliFor, cliJson } from '../../support/programs/cli.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../../support/programs/postgres.js';
import { startServer } from '../../support/programs/server.js';

const isHere = postgresProgram !== undefined;
let directory: string;
let postgres: TestPostgres | undefined;
let count = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mcp-moving-'));
  if (isHere) postgres = await startPostgres();
});
afterAll(async () => {
  await postgres?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function newPostgres(): Promise<string> {
  const url = new URL(postgres?.url ?? '');
  const admin = new pg.Client(url.href);
  await admin.connect();
  count += 1;
  await admin.query(`create database moved_${count}`);
  await admin.end();
  url.pathname = `moved_${count}`;
  return url.href;
}

it.skipIf(!isHere)('a client that signed in on the file goes on after the move to PostgreSQL', async () => {
  const environment = {
    PORT: String(await freePort()),
    DATABASE_URL: `file:${join(directory, 'server.db')}`,
  };
  const before = await startServer(environment);
  const authProvider = new TestOAuthProvider(before.url);
  const options = { versionNegotiation: { mode: { pin: '2026-07-28' } } };
  const transport = () => new StreamableHTTPClientTransport(new URL(before.mcpUrl), { authProvider });
  const connect = async () => {
    const client = new Client({ name: 'moving-client', version: '1.0.0' }, options);
    await client.connect(transport());
    return client;
  };
  const first = transport();
  await expect(
    new Client({ name: 'moving-client', version: '1.0.0' }, options).connect(first),
  ).rejects.toThrow(UnauthorizedError);
  await first.finishAuth(authProvider.callback ?? new URLSearchParams());
  await (await connect()).close();
  const registration = authProvider.clientInformation();
  await before.stop();

  const to = await newPostgres();
  const { code, out, err } = await cliFor('')(`db copy --from ${environment.DATABASE_URL} --to ${to}`);
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(/^grants +1$/m);
  expect(out).toMatch(
    /^Copied \d+ rows of \d+ tables from \S+ to PostgreSQL at \S+, and read all of them again\.$/m,
  );

  const after = await startServer({ ...environment, DATABASE_URL: to });
  const tokens = authProvider.tokens();
  authProvider.saveTokens({ ...tokens, access_token: 'lost', token_type: 'Bearer' });
  const callback = authProvider.callback;
  const client = await connect();
  expect(await client.callTool({ name: 'who_is_calling' })).toMatchObject({
    structuredContent: { id: 'ann' },
  });
  expect(authProvider.tokens()?.refresh_token).not.toBe(tokens?.refresh_token);
  expect(authProvider.clientInformation()).toEqual(registration);
  expect(authProvider.callback).toBe(callback);
  expect(await cliJson(cliFor(to), 'client list')).toHaveLength(1);
  await client.close();
  await after.stop();
});

const engines = [
  ['a file', async (name: string) => `file:${join(directory, name)}`],
  ['PostgreSQL', newPostgres],
] as const;

describe.each(engines)('a backup of a running server on %s', (engine, create) => {
  const secret = { KEY_ENCRYPTION_SECRET: 'a secret with at least 32 characters'.replaceAll(' ', '-') };
  const name = engine.replace(' ', '-');
  const used = isHere || engine === 'a file';
  let port: string;
  let backup: string;
  let tokens: Awaited<ReturnType<typeof signInForTokens>>;
  let confidential: Awaited<ReturnType<typeof register>>;
  let token: string;

  beforeAll(async () => {
    if (!used) return;
    port = String(await freePort());
    backup = join(directory, `backup-of-${name}.db`);
    const server = await startServer({ ...secret, PORT: port, DATABASE_URL: await create('used.db') });
    const cli = cliFor(server.databaseUrl);
    tokens = await signInForTokens(server.url);
    confidential = await register(server.url, { token_endpoint_auth_method: 'client_secret_post' });
    await cli('user add carol', 'the password of carol');
    ({ token } = await cliJson<{ token: string }>(cli, 'token create reports'));
    expect(await cli(`db backup ${backup}`)).toMatchObject({ code: 0, err: '' });
    expect((await stat(backup)).mode & 0o777).toBe(0o600);
    expect((await cli(`db backup ${backup}`)).err).toMatch(/^The backup was not written: EEXIST/);
    await server.stop();
  });

  it.skipIf(!used).each(engines.filter(([target]) => isHere || target === 'a file'))(
    'starts a server on %s again, where everyone left off',
    async (_target, createTarget) => {
      const url = await createTarget(`restored-from-${name}.db`);
      expect(await cliFor(url)(`db restore ${backup}`)).toMatchObject({ code: 0, err: '' });
      const restored = await startServer({ ...secret, PORT: port, DATABASE_URL: url });
      expect(await tokenWorks(restored.mcpUrl, tokens.access_token)).toBe(true);
      expect(await tokenWorks(restored.mcpUrl, token)).toBe(true);
      expect((await refresh(restored.url, tokens)).status).toBe(200);
      const carol = { username: 'carol', password: 'the password of carol' };
      const { redeem } = await signIn(restored.url, { client: confidential, ...carol });
      expect((await redeem({ client_secret: confidential.client_secret })).status).toBe(200);
      expect((await cliFor(url)(`db restore ${backup}`)).err).toMatch(
        /^The target is not empty: it has rows in /,
      );
      await restored.stop();
    },
  );
});
