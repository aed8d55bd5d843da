import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectStore } from '../../../src/platform/store/database.js';
import { tokenWorks } from '../../support/app/clients.js';
import { authorizeUrl, Browser, pkce, register, signInForTokens } from '../../support/oauth/oauth.js';
import { runProgram } from '../../support/programs/program.js';
import { startProgram, type TestServer } from '../../support/programs/server.js';

const program = join(import.meta.dirname, 'own-directory.ts');
const tsx = join(import.meta.dirname, '../../../node_modules/tsx/dist/loader.mjs');
const environment = { NODE_OPTIONS: `--import ${pathToFileURL(tsx).href}` };

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mcp-directory-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const cli = (databaseUrl: string, command: string, more: Record<string, string> = {}) =>
  runProgram([program, 'cli', ...command.split(' ')], { DATABASE_URL: databaseUrl, ...environment, ...more });

describe('accounts that only find users and check passwords', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startProgram(program, {
      ...environment,
      DATABASE_URL: `file:${join(directory, 'own.db')}`,
    });
  });
  afterAll(() => server.stop());

  it('start a server without the tables of the example, and sign its users in', async () => {
    const { access_token } = await signInForTokens(server.url, {
      username: 'erin',
      password: 'the password of erin',
    });
    expect(await tokenWorks(server.mcpUrl, access_token)).toBe(true);
    const { client_id } = await register(server.url);
    const browser = new Browser(server.url);
    const target = authorizeUrl(server.url, client_id, pkce().challenge);
    const fields = await browser.open(target, 'alice', 'password123');
    expect((await browser.submit(fields)).status).toBe(401);
    const store = await connectStore(server.databaseUrl);
    const tables = (await store.introspection.getTables()).map(({ name }) => name);
    await store.destroy();
    expect(tables).toContain('grants');
    expect(tables).not.toContain('users');
  });

  it('leave everything but users to the command line', async () => {
    const listed = await cli(server.databaseUrl, 'grant list --user erin --json');
    expect(JSON.parse(listed.out)).toMatchObject([{ username: 'erin', client_name: 'Test client' }]);
    expect(await cli(server.databaseUrl, 'grant revoke --user erin')).toMatchObject({
      code: 0,
      out: 'Ended 1 grants.\n',
    });
  });
});

it.each(['user list', 'user add erin', 'user passwd erin', 'user disable erin', 'user enable erin'])(
  '%s says where users are managed, and creates no database',
  async (command) => {
    const url = `file:${join(directory, 'none', 'server.db')}`;
    const where = { LOCATION: 'the staff directory, https://staff.example' };
    expect(await cli(url, command, where)).toEqual({
      code: 1,
      out: '',
      err: 'Users are not managed here, but in the staff directory, https://staff.example\n',
    });
    expect(await readdir(directory)).not.toContain('none');
  },
);
