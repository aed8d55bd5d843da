import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectModern } from '../../support/app/clients.js';
import { type ListenStream, listen, subscribed } from '../../support/app/listen.js';
import { signInForTokens } from '../../support/oauth/oauth.js';
import { cliFor } from '../../support/programs/cli.js';
import { pgbouncerProgram, startPgBouncer } from '../../support/programs/pgbouncer.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../../support/programs/postgres.js';
import { startServer, type TestServer } from '../../support/programs/server.js';

const CAROL = 'notes://people/carol';
const BEA = 'notes://people/bea';
const command = (owner: string) => `note add ${owner} hello`;

/** Expects that a server refuses a stream on which no change could come. */
async function expectRefused({ mcpUrl }: TestServer): Promise<void> {
  const { response } = await listen(mcpUrl, [CAROL]);
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('5');
  const error = { code: -32000, message: expect.stringContaining('Try again') };
  expect(await response.json()).toEqual({ jsonrpc: '2.0', id: 1, error });
}

describe('on a file', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  it('a command in another process reaches the streams of a server', async () => {
    const cli = cliFor(server.databaseUrl);
    const stream = await subscribed(server.mcpUrl, [CAROL]);
    expect(await cli(command('carol'))).toMatchObject({ code: 0, out: 'Added a note of carol.\n' });
    expect(await stream.nextUri()).toBe(CAROL);
    expect(stream.waiting).toEqual([]);
    stream.drop();
    expect(await cli(command('nobody'))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^Nobody has/),
    });
    expect((await cli('note --help')).out).toContain('add <owner> <text>');
  });

  it('a real client is told, and reads what is new, although it may keep what it has read', async () => {
    const { access_token } = await signInForTokens(server.url, {
      parameters: { scope: 'notes:read notes:write' },
    });
    const client = await connectModern(server.mcpUrl, access_token);
    const uri = 'notes://people/ann';
    const told = new Promise((resolve) => {
      client.setNotificationHandler('notifications/resources/updated', ({ params }) => resolve(params.uri));
    });
    const subscription = await client.listen({ resourceSubscriptions: [uri] });
    expect(subscription.honoredFilter).toEqual({ resourceSubscriptions: [uri] });
    await client.callTool({ name: 'add_note', arguments: { text: 'something new' } });
    expect(await told).toBe(uri);
    const { contents } = await client.readResource({ uri });
    expect(JSON.stringify(contents)).toContain('something new');
    await subscription.close();
    await client.close();
  });
});

describe.skipIf(postgresProgram === undefined)('on PostgreSQL, with two servers', () => {
  let database: TestPostgres;
  let servers: [TestServer, TestServer];
  let streams: ListenStream[];
  beforeAll(async () => {
    database = await startPostgres();
    const environment = { DATABASE_URL: database.url };
    servers = await Promise.all([startServer(environment), startServer(environment)]);
    streams = await Promise.all(servers.map(({ mcpUrl }) => subscribed(mcpUrl, [CAROL, BEA])));
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await database.stop();
  });

  /** Has a change made, and expects each stream to be told of it and of nothing else. */
  async function expectTold(): Promise<void> {
    await cliFor(database.url)(command('carol'));
    for (const stream of streams) {
      expect(await stream.nextUri()).toBe(CAROL);
      expect(stream.waiting).toEqual([]);
    }
  }
  /** Expects that each stream is told that each of its resources may have changed. */
  async function expectCaughtUp(): Promise<void> {
    for (const stream of streams) {
      const uris = [await stream.nextUri(), await stream.nextUri()];
      expect(uris.toSorted()).toEqual([BEA, CAROL]);
    }
  }
  it('a change reaches the streams of both', async () => {
    await expectTold();
    const client = await connectModern(servers[0].mcpUrl);
    await client.callTool({ name: 'add_note', arguments: { text: 'of nobody here' } });
    await client.close();
    await expectTold();
  });

  it('streams catch up when the connection that listens has been ended', async () => {
    const admin = await database.connect();
    const ended = await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'changes'`,
    );
    expect(ended.rowCount).toBe(2);
    await expectCaughtUp();
    await expectTold();
  });

  it('streams outlive the database, catch up once, and go on', async () => {
    await database.kill();
    await database.start();
    await expectCaughtUp();
    await expectTold();
    for (const { output } of servers) {
      expect(output()).toContain('changes of resources cannot be followed');
      expect(output()).toContain('changes of resources are followed again');
    }
  });

  it('a server that stops ends its streams, and the other goes on', async () => {
    const [stream] = streams.splice(0, 1);
    expect(await servers[0].stop()).toBe(0);
    expect(await stream?.next()).toMatchObject({ result: { resultType: 'complete' } });
    expect(await stream?.next()).toBeUndefined();
    await expectTold();
  });

  it('a server without streams does not listen', async () => {
    const admin = await database.connect();
    const query = `select from pg_stat_activity where application_name = 'changes'`;
    const listening = async () => (await admin.query(query)).rowCount;
    expect(await listening()).toBe(1);
    for (const stream of streams) stream.drop();
    await expect.poll(listening, { timeout: 30_000 }).toBe(0);
  });

  it('a server that cannot listen names the setting, and refuses streams', async () => {
    const deaf = await startServer({
      DATABASE_URL: database.url,
      DATABASE_LISTEN_URL: 'postgres://127.0.0.1:1/none',
    });
    await expectRefused(deaf);
    await deaf.printed('cannot be followed; the address is DATABASE_LISTEN_URL');
    await deaf.stop();
    await database.kill();
    await expectRefused(servers[1]);
    await database.start();
    streams = [await subscribed(servers[1].mcpUrl, [CAROL, BEA])];
    await expectTold();
  });
});

describe.skipIf(postgresProgram === undefined || pgbouncerProgram === undefined)(
  'through a pooler in transaction mode',
  () => {
    it('a server that listens through it says which setting is missing, and one that does not tells of changes', async () => {
      const database = await startPostgres();
      const pooler = await startPgBouncer(database.url);
      const deaf = await startServer({ DATABASE_URL: pooler.url });
      const server = await startServer({ DATABASE_URL: pooler.url, DATABASE_LISTEN_URL: database.url });
      const stream = await subscribed(server.mcpUrl, [CAROL]);
      await cliFor(pooler.url)(command('carol'));
      expect(await stream.nextUri()).toBe(CAROL);
      for (const _time of ['first', 'second']) await expectRefused(deaf);
      await deaf.printed('clients are not told of changes: set DATABASE_LISTEN_URL');
      expect(server.output()).not.toContain('DATABASE_LISTEN_URL');
      await Promise.all([deaf.stop(), server.stop()]);
      await pooler.stop();
      await database.stop();
    });
  },
);
