import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectLegacy, connectModern } from '../../support/app/clients.js';
import { registerRaw } from '../../support/oauth/oauth.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../../support/programs/postgres.js';
import { startServer, type TestServer } from '../../support/programs/server.js';

describe.skipIf(postgresProgram === undefined)('on PostgreSQL', () => {
  let database: TestPostgres;
  let servers: TestServer[];
  beforeAll(async () => {
    database = await startPostgres();
    const environment = { DATABASE_URL: database.url };
    servers = await Promise.all([startServer(environment), startServer(environment)]);
  });
  afterAll(() => Promise.all([database.stop(), ...servers.map((server) => server.stop())]));

  it('two servers start on one empty database, and each sees what the other writes', async () => {
    for (const [index, connect] of [connectModern, connectLegacy].entries()) {
      for (const server of servers) {
        const client = await connect(server.mcpUrl);
        await client.callTool({ name: 'add_note', arguments: { text: `note ${index}` } });
        await client.close();
      }
    }
    const client = await connectModern(servers[0]?.mcpUrl ?? '');
    const { structuredContent } = await client.callTool({ name: 'read_notes' });
    const { notes } = structuredContent as { notes: string[] };
    expect(notes.toSorted()).toEqual(['note 0', 'note 0', 'note 1', 'note 1']);
    await client.close();
  });

  it('the banner names the database without its password', () => {
    expect(servers[0]?.output()).toMatch(/Data\s+PostgreSQL at 127\.0\.0\.1:\d+\/postgres/);
  });

  it('a server whose database has become a read-only replica is not ready, and puts writes off', async () => {
    const [server] = servers as [TestServer];
    const admin = await database.connect();
    const setReadOnly = async (value: 'on' | 'off') => {
      await admin.query('set transaction_read_only = off');
      await admin.query(`alter system set default_transaction_read_only = ${value}`);
      await admin.query('select pg_reload_conf()');
    };
    await setReadOnly('on');
    const readiness = async () => (await fetch(`${server.url}/readyz`)).text();
    await expect.poll(readiness, { timeout: 20_000 }).toContain('the database is read-only');
    const refused = await registerRaw(server.url, { redirect_uris: ['http://127.0.0.1:7777/callback'] });
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '5']);
    await setReadOnly('off');
    await expect.poll(readiness, { timeout: 20_000 }).toContain('ok');
  });

  it('a server whose database goes away says so and lives on', async () => {
    const [server] = servers as [TestServer];
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    await database.stop();
    await expect.poll(async () => (await fetch(`${server.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    const refused = await registerRaw(server.url, { redirect_uris: ['http://127.0.0.1:7777/callback'] });
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '5']);
  });
});
