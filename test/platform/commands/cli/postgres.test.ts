import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ping } from '../../../support/app/clients.js';
import { CALLBACK, register, signIn, signInForTokens } from '../../../support/oauth/oauth.js';
import { type Cli, cliFor, cliJson } from '../../../support/programs/cli.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../../../support/programs/postgres.js';
import { startServer, type TestServer } from '../../../support/programs/server.js';

describe.skipIf(postgresProgram === undefined)('the command line on PostgreSQL', () => {
  let database: TestPostgres;
  let server: TestServer;
  let cli: Cli;
  beforeAll(async () => {
    database = await startPostgres();
    cli = cliFor(database.url);
    server = await startServer({ DATABASE_URL: database.url, RATE_LIMIT_SCALE: '100' });
  });
  afterAll(async () => {
    await server.stop();
    await database.stop();
  });

  const statusWith = async (token: string) => (await ping(server.mcpUrl, `Bearer ${token}`)).status;

  it('does everything that has SQL of its own', async () => {
    expect((await cli('user add carol', 'a password')).code).toBe(0);
    const carol = await signInForTokens(server.url, { username: 'carol', password: 'a password' });
    expect((await cli('user disable carol')).out).toBe('Disabled carol; ended 1 grants.\n');
    expect(await statusWith(carol.access_token)).toBe(401);

    const added = await cliJson<{ client_id: string; client_secret: string }>(
      cli,
      `client add --name Portal --redirect-uri ${CALLBACK} --secret`,
    );
    const { redeem } = await signIn(server.url, { client: added });
    expect((await redeem({ client_secret: added.client_secret })).status).toBe(200);
    expect(await cliJson(cli, `client show ${added.client_id}`)).toMatchObject({ expires_at: null });
    const unused = await register(server.url, { client_name: 'Unused' });
    expect((await cli('client prune --days 0')).code).toBe(0);
    const listed = JSON.stringify(await cliJson(cli, 'client list'));
    expect(listed).toContain(added.client_id);
    expect(listed).not.toContain(unused.client_id);

    expect(await cliJson(cli, 'grant list --user ann')).toHaveLength(1);
    expect((await cli(`grant revoke --client ${added.client_id}`)).code).toBe(0);

    const { token } = await cliJson<{ token: string }>(cli, 'token create reports --days 2');
    expect(await statusWith(token)).toBe(200);
    expect((await cli('token revoke reports')).code).toBe(0);
    expect(await statusWith(token)).toBe(401);

    expect((await cli('keys rotate')).code).toBe(0);
    expect((await cli('keys list')).out).toMatch(/^next .*\n^current /m);
  });
});
