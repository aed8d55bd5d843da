import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectStore } from '../../../../src/platform/store/database.js';
import { ping } from '../../../support/app/clients.js';
import { CALLBACK, refresh, register, signIn, signInForTokens } from '../../../support/oauth/oauth.js';
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

describe('users', () => {
  it('added ones can sign in, with the scopes they were given', async () => {
    expect((await cli('user add Carol --name Carola --scopes notes:read', 'first password\n')).code).toBe(0);
    const carol = { username: 'carol', password: 'first password' };
    const { scope } = await signInForTokens(server.url, {
      ...carol,
      parameters: { scope: 'notes:read notes:write' },
    });
    expect(scope).toBe('notes:read');
    expect((await cli('user list')).out).toMatch(/^carol +Carola +notes:read +no/m);
  });

  it('a new password replaces the old one', async () => {
    const carol = { username: 'carol', password: 'first password' };
    const { access_token } = await signInForTokens(server.url, carol);
    const kept = await cli('user passwd carol --keep-grants', 'other password');
    expect(kept.out).toBe('Set the password of carol; ended 0 grants.\n');
    expect(await statusWith(access_token)).toBe(200);
    const { out } = await cli('user passwd carol', 'second password');
    expect(out).toMatch(/^Set the password of carol; ended [1-9]\d* grants.$/m);
    expect(await statusWith(access_token)).toBe(401);
    await expect(signIn(server.url, { username: 'carol', password: 'first password' })).rejects.toThrow(
      '401',
    );
    await signIn(server.url, { username: 'carol', password: 'second password' });
  });

  it('disabling one ends only their grants, at once', async () => {
    const carol = await signInForTokens(server.url, { username: 'carol', password: 'second password' });
    const ann = await signInForTokens(server.url);
    expect(await statusWith(carol.access_token)).toBe(200);
    const { out } = await cli('user disable carol');
    expect(out).toMatch(/^Disabled carol; ended [1-9]/);
    expect(await statusWith(carol.access_token)).toBe(401);
    expect(await (await refresh(server.url, carol)).json()).toMatchObject({ error: 'invalid_grant' });
    await expect(signIn(server.url, { username: 'carol', password: 'second password' })).rejects.toThrow(
      '401',
    );
    expect(await statusWith(ann.access_token)).toBe(200);

    expect((await cli('user enable carol')).code).toBe(0);
    expect(await statusWith(carol.access_token)).toBe(401);
    await signIn(server.url, { username: 'carol', password: 'second password' });
  });

  it.each([
    ['user add ann', 'x', /already a user ann/],
    ['user add ＡＮＮ', 'x', /already a user ann/],
    ['user add dave', '', /1 to 72 bytes/],
    ['user add dave', 'x'.repeat(73), /1 to 72 bytes/],
    ['user add dave --scopes notes:read,admin', 'x', /Unknown scope admin/],
    ['user add service:static-token', 'x', /no spaces, colons or invisible ones/],
    ['user add ali\u202ece', 'x', /no spaces, colons or invisible ones/],
    ['user add dave', 'a\0b', /null byte/],
    ['user add dave', Buffer.from([0x66, 0xff, 0x66]), /not UTF-8/],
  ])('%s with the password "%s" changes nothing', async (command, password, message) => {
    const before = await cliJson(cli, 'user list');
    const { code, err } = await cli(command, password);
    expect(code).toBe(1);
    expect(err).toMatch(message);
    expect(await cliJson(cli, 'user list')).toEqual(before);
  });
});

describe('clients', () => {
  const ids = async () =>
    (await cliJson<{ client_id: string }[]>(cli, 'client list')).map(({ client_id }) => client_id);

  it('an added one with a secret signs in, and its use does not make it expire', async () => {
    const added = await cliJson<{ client_id: string; client_secret: string }>(
      cli,
      `client add --name Portal --redirect-uri ${CALLBACK} --secret`,
    );
    const { redeem } = await signIn(server.url, { client: added });
    expect((await redeem({ client_secret: added.client_secret })).status).toBe(200);
    const shown = await cliJson<Record<string, unknown>>(cli, `client show ${added.client_id}`);
    expect(shown).toMatchObject({
      client_name: 'Portal',
      redirect_uris: [CALLBACK],
      has_secret: true,
      expires_at: null,
    });
    expect(JSON.stringify(shown)).not.toContain(added.client_secret);
    expect((await cli(`client show ${added.client_id}`)).out).toMatch(
      /^client name +Portal$|^client_name +Portal$/m,
    );
  });

  it('is not added with an address that could not be registered', async () => {
    const before = await ids();
    expect((await cli('client add --name x --redirect-uri http://evil.example/')).code).toBe(1);
    expect(await ids()).toEqual(before);
  });

  it('deleting one ends its grants at once', async () => {
    const client = await register(server.url, { client_name: 'Short-lived' });
    const tokens = await signInForTokens(server.url, { client });
    expect((await cli(`client delete ${client.client_id}`)).out).toContain('ended 1 grants');
    expect(await statusWith(tokens.access_token)).toBe(401);
    expect(await ids()).not.toContain(client.client_id);
  });

  it('prune deletes unused clients, but never those with grants or added by hand', async () => {
    const unused = await register(server.url, { client_name: 'Unused' });
    const inUse = await register(server.url, { client_name: 'In use' });
    await signInForTokens(server.url, { client: inUse });
    const added = await cliJson<{ client_id: string }>(
      cli,
      'client add --name Kept --redirect-uri https://kept.example/',
    );
    await cli('client prune');
    expect(await ids()).toContain(unused.client_id);
    expect((await cli('client prune --days 0')).out).toMatch(/^Deleted [1-9]/);
    const left = await ids();
    expect(left).not.toContain(unused.client_id);
    expect(left).toEqual(expect.arrayContaining([inUse.client_id, added.client_id]));
    expect((await cli('client prune --days soon')).code).toBe(1);
  });

  it('a name chosen by a stranger cannot control the terminal', async () => {
    await register(server.url, { client_name: 'a\u001b[2Jb' });
    expect((await cli('client list')).out).toContain('a?[2Jb');
  });
});

it('grants are listed and revoked by user, by client, or by both', async () => {
  const client = await register(server.url, { client_name: 'Granted' });
  const ann = await signInForTokens(server.url, { client });
  const bea = await signInForTokens(server.url, { client, username: 'bea', password: 'the password of bea' });
  const list = (filter: string) => cliJson<{ username: string }[]>(cli, `grant list ${filter}`);
  const byClient = `--client ${client.client_id}`;
  expect((await list(byClient)).map(({ username }) => username).toSorted()).toEqual(['ann', 'bea']);
  expect((await cli(`grant list ${byClient} --user ANN`)).out).toMatch(/ann .*Granted/);

  expect((await cli(`grant revoke --user ann ${byClient}`)).code).toBe(0);
  expect([await statusWith(ann.access_token), await statusWith(bea.access_token)]).toEqual([401, 200]);
  expect((await cli('grant revoke --user bea')).code).toBe(0);
  expect(await statusWith(bea.access_token)).toBe(401);
  expect((await cli(`grant revoke ${byClient}`)).code).toBe(1);
});

it('any number of grants can be revoked at once', async () => {
  const store = await connectStore(server.databaseUrl);
  const grant = { username: 'crowd', client_id: 'c', scopes: 'notes:read', resource: 'r', created_at: 1 };
  for (let chunk = 0; chunk < 34; chunk += 1) {
    const rows = Array.from({ length: 1000 }, (_, index) => ({
      ...grant,
      id: `crowd-${chunk}-${index}`,
      expires_at: 9_999_999_999,
    }));
    await store.insertInto('grants').values(rows).execute();
  }
  await store.destroy();
  expect((await cli('grant revoke --user crowd')).out).toBe('Ended 34000 grants.\n');
});
