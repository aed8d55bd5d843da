import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectLegacy, connectModern } from '../support/app/clients.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../support/programs/postgres.js';
import { startExample, type TestServer } from '../support/programs/server.js';

describe.skipIf(postgresProgram === undefined)('on PostgreSQL', () => {
  let database: TestPostgres;
  let servers: TestServer[];
  beforeAll(async () => {
    database = await startPostgres();
    const environment = { DATABASE_URL: database.url };
    servers = await Promise.all([startExample(environment), startExample(environment)]);
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

  it('an order is cancelled once when 50 calls to both servers race', async () => {
    const clients = await Promise.all(servers.map((server) => connectLegacy(server.mcpUrl)));
    const call = { name: 'cancel_order', arguments: { order_id: 'ORD-1007', confirm: true } };
    const calls = Array.from({ length: 25 }, () => clients.map((each) => each.callTool(call))).flat();
    const outcomes = (await Promise.all(calls)).map(({ structuredContent }) => structuredContent);
    expect(outcomes.filter((each) => (each as { outcome: string }).outcome === 'cancelled')).toHaveLength(1);
    expect(
      outcomes.filter((each) => (each as { outcome: string }).outcome === 'already_cancelled'),
    ).toHaveLength(49);
    await Promise.all(clients.map((client) => client.close()));
  });

  it('an id with a null byte is unknown, not a failure', async () => {
    const client = await connectLegacy(servers[0]?.mcpUrl ?? '');
    for (const [name, argument] of [
      ['get_product_info', 'product_id'],
      ['send_product_image', 'product_id'],
      ['get_order_status', 'order_id'],
      ['cancel_order', 'order_id'],
      ['send_catalog', 'category'],
    ] as const) {
      const result = await client.callTool({ name, arguments: { [argument]: 'a\u0000b' } });
      expect(result).toMatchObject({
        isError: true,
        content: [{ text: expect.stringContaining('There is no') }],
      });
    }
    await client.close();
  });
});
