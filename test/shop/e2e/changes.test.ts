import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectModern } from '../../support/app/clients.js';
import { type ListenStream, subscribed } from '../../support/app/listen.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../../support/programs/postgres.js';
import { runProgram } from '../../support/programs/program.js';
import { startExample, type TestServer } from '../../support/programs/server.js';

const LAMP = ['acme://catalogs/lighting', 'acme://pricing', 'acme://products/lamp-arc'];
const TABLE = ['acme://catalogs/tables', 'acme://pricing', 'acme://products/table-side'];

/** Runs a command of the shop in a process of its own. */
function cli(databaseUrl: string, ...words: string[]) {
  const program = join(import.meta.dirname, '../../../dist/commands/cli.js');
  return runProgram([program, ...words], { DATABASE_URL: databaseUrl });
}

/** Waits for so many changes. */
async function takeUris(stream: ListenStream, count: number): Promise<(string | undefined)[]> {
  const uris: (string | undefined)[] = [];
  while (uris.length < count) uris.push(await stream.nextUri());
  return uris.toSorted();
}

describe('on a file', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startExample();
  });
  afterAll(() => server.stop());

  it('a price that a command sets reaches subscribed clients, and nobody reads the old one', async () => {
    const client = await connectModern(server.mcpUrl);
    const read = async () => JSON.stringify((await client.readResource({ uri: 'acme://pricing' })).contents);
    const catalogue = async () => (await fetch(`${server.url}/catalogs/lighting.pdf`)).headers.get('etag');
    const told = new Promise((resolve) => {
      client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
        if (params.uri === 'acme://pricing') resolve(params.uri);
      });
    });
    await client.listen({ resourceSubscriptions: ['acme://pricing'] });
    expect(await read()).toContain('189.00 EUR');
    const before = await catalogue();
    const words = ['product', 'set', 'lamp-arc', '--price', '99.00', '--stock', '3'];
    expect(await cli(server.databaseUrl, ...words)).toMatchObject({ code: 0, err: '' });
    expect(await told).toBe('acme://pricing');
    expect(await read()).toContain('| lamp-arc | Arc floor lamp | lighting | 99.00 EUR | 3 |');
    expect(await catalogue()).not.toBe(before);
    await client.close();
  });

  it('a command that is refused says why', async () => {
    const refused = await cli(server.databaseUrl, 'product', 'set', 'lamp-none', '--stock', '1');
    expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/^There is no product/) });
    const json = await cli(server.databaseUrl, 'product', 'set', 'lamp-arc', '--stock', '4', '--json');
    expect(JSON.parse(json.out)).toEqual({ product_id: 'lamp-arc', price: '99.00 EUR', stock: 4 });
  });
});

describe.skipIf(postgresProgram === undefined)('on PostgreSQL, with two servers', () => {
  let database: TestPostgres;
  let servers: [TestServer, TestServer];
  beforeAll(async () => {
    database = await startPostgres();
    const environment = { DATABASE_URL: database.url };
    servers = await Promise.all([startExample(environment), startExample(environment)]);
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await database.stop();
  });

  it('a command and a cancelled order reach the streams of both', async () => {
    const uris = [...new Set([...LAMP, ...TABLE])];
    const streams = await Promise.all(servers.map(({ mcpUrl }) => subscribed(mcpUrl, uris)));
    await cli(database.url, 'product', 'set', 'lamp-arc', '--price', '99.00');
    for (const stream of streams) expect(await takeUris(stream, 3)).toEqual(LAMP);
    const client = await connectModern(servers[0].mcpUrl);
    const call = { name: 'cancel_order', arguments: { order_id: 'ORD-1007', confirm: true } };
    expect(await client.callTool(call)).toMatchObject({ structuredContent: { outcome: 'cancelled' } });
    for (const stream of streams) {
      expect(await takeUris(stream, 3)).toEqual(TABLE);
      stream.drop();
    }
    await client.close();
  });
});
