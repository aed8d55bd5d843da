import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectLegacy, connectModern } from '../support/clients.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../support/postgres.js';
import { startServer, type TestServer } from '../support/server.js';

describe.skipIf(postgresProgram === undefined)('on PostgreSQL', () => {
  let database: TestPostgres;
  let servers: TestServer[];
  beforeAll(async () => {
    database = await startPostgres();
    const environment = { DATABASE_URL: database.url };
    servers = await Promise.all([startServer(environment), startServer(environment)]);
  });
  afterAll(() => Promise.all([database.stop(), ...servers.map((server) => server.stop())]));

  it('two servers start on one empty database and answer from it', async () => {
    for (const connect of [connectModern, connectLegacy]) {
      for (const server of servers) {
        const client = await connect(server.mcpUrl);
        const call = { name: 'get_order_status', arguments: { order_id: 'ORD-1001' } };
        expect(await client.callTool(call)).toMatchObject({
          structuredContent: { status: 'delivered', ordered_at: '2026-09-01T09:00:00.000Z' },
        });
        await client.close();
      }
    }
  });

  it('the banner names the database without its password', () => {
    expect(servers[0]?.output()).toMatch(/Data\s+PostgreSQL at 127\.0\.0\.1:\d+\/postgres/);
  });

  it('a server whose database goes away says so and lives on', async () => {
    const [server] = servers as [TestServer];
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    await database.stop();
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });
});
