import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { get } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drainTime } from '../../../src/platform/lifecycle.js';
import { connectStore } from '../../../src/platform/store/database.js';
import { connectModern, tokenWorks } from '../../support/app/clients.js';
import { freePort, SERVICE_TOKEN } from '../../support/app/port.js';
import { openStream } from '../../support/app/sse.js';
import { signInForTokens } from '../../support/oauth/oauth.js';
import { FIXTURE_PROGRAMS, startServer } from '../../support/programs/server.js';

const MAIN = join(FIXTURE_PROGRAMS, 'main.js');

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mcp-process-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function runToEnd(environment: Record<string, string>) {
  const env = { PATH: process.env['PATH'], ...environment };
  return spawnSync(process.execPath, [MAIN], { cwd: directory, env, encoding: 'utf8', timeout: 50_000 });
}

describe('starting', () => {
  it('prints the endpoint, where the data is and how to connect', async () => {
    const server = await startServer();
    expect(server.output()).toContain(server.mcpUrl);
    expect(server.output()).toContain(server.databaseUrl.slice('file:'.length));
    expect(server.output()).toContain('claude mcp add');
    expect(server.output()).not.toContain(SERVICE_TOKEN);
    expect(await server.stop()).toBe(0);
  });

  it('says how to add the first user when there is none', async () => {
    const server = await startServer({ DEMO_DATA: 'false' });
    expect(server.output()).toContain('npm run cli -- user add');
    await server.stop();
  });

  it('locks out the demo users, and anyone signed in as one, once DEMO_DATA is off', async () => {
    const databaseUrl = `file:${join(directory, 'demo', 'server.db')}`;
    const first = await startServer({ DATABASE_URL: databaseUrl });
    const { access_token } = await signInForTokens(first.url);
    await first.stop();
    const port = new URL(first.listening).port;
    const second = await startServer({ DATABASE_URL: databaseUrl, DEMO_DATA: 'false', PORT: port });
    expect(second.output()).toMatch(/Demo users +ann, bea disabled/);
    expect(second.output()).toContain('No users yet');
    expect(await tokenWorks(second.mcpUrl, access_token)).toBe(false);
    await second.stop();
  });

  it('keeps the data directory and file to its owner', async () => {
    const server = await startServer();
    const path = server.databaseUrl.slice('file:'.length);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
    await server.stop();
  });

  it('reports every wrong variable in one go, without a stack', () => {
    const result = runToEnd({ PORT: 'x', PUBLIC_URL: 'http://mcp.example.com', MCP_AUTH_TOKEN: 'short' });
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/PORT.*PUBLIC_URL.*MCP_AUTH_TOKEN/s);
    expect(result.stderr).not.toMatch(/^\s+at /m);
  });

  it('says in one line that the port is in use, and closes the services', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const own = runToEnd({ PORT: String(port), LOG_LEVEL: 'silent' });
    const metrics = runToEnd({
      PORT: String(await freePort()),
      METRICS_PORT: String(port),
      LOG_LEVEL: 'silent',
    });
    const services = runToEnd({ PORT: String(port) });
    other.close();
    // What they have started would outlive the server.
    expect(services.stdout).toContain('services closed');
    for (const [{ status, stderr }, variable] of [
      [own, 'PORT'],
      [metrics, 'METRICS_PORT'],
    ] as const) {
      expect(status).toBe(1);
      expect(stderr.trim()).toBe(
        `Port ${port} is in use. Stop the other program, or start on another: ${variable}=${port + 1} npm start`,
      );
    }
  });

  it('says in one line that the database cannot be opened', () => {
    const result = runToEnd({ DATABASE_URL: 'file:/dev/null/none/server.db' });
    expect(result.status).toBe(1);
    expect(result.stderr.trim()).toMatch(
      /^The server cannot start: The database of DATABASE_URL cannot be opened: .*$/,
    );
  });
});

it('says in one line that the services cannot be made', () => {
  const { status, stderr } = runToEnd({ NOTES_LIMIT: '5000' });
  expect([status, stderr]).toEqual([
    1,
    'The server cannot start: The notebook has 1000 pages; ask for fewer notes\n',
  ]);
});

describe('stopping', () => {
  it('closes the services after the last call and before the store', async () => {
    const server = await startServer();
    const client = await connectModern(server.mcpUrl);
    const answer = client.callTool({ name: 'wait' });
    await server.printed('tool began');
    server.process.kill('SIGTERM');
    await server.printed('"msg":"stopping"');
    server.process.kill('SIGUSR2');
    await answer;
    expect(await server.exited).toBe(0);
    expect(server.output()).toMatch(/"rpcName":"wait".*"services closed with the store open".*"stopped"/s);
  });

  it.each([
    ['fails', 'the notebook is stuck'],
    ['hangs', 'the services did not close in time'],
  ])('closes the store also when closing the services %s, and ends with 1', async (how, words) => {
    const server = await startServer({ NOTES_CLOSE: how });
    expect(await server.stop()).toBe(1);
    expect(server.output()).toContain(words);
    expect(server.output()).toContain('"msg":"stopped"');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s lets a running call finish, then exits with 0',
    async (signal) => {
      const server = await startServer();
      const client = await connectModern(server.mcpUrl);
      const answer = client.callTool({ name: 'wait' });
      await server.printed('tool began');
      server.process.kill(signal);
      await server.printed('"msg":"stopping"');
      const connecting = connect(server.port, '127.0.0.1');
      await expect(once(connecting, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      server.process.kill('SIGUSR2');
      expect(await answer).toMatchObject({ content: [{ text: 'finished' }] });
      expect(await server.exited).toBe(0);
    },
  );

  it('answers every request whose connection was waiting when the signal came', async () => {
    const server = await startServer();
    // A stopped process accepts nothing: the connections wait in the queue of its socket.
    server.process.kill('SIGSTOP');
    const sent = Array.from({ length: 20 }, () => get(`${server.listening}/healthz`, { agent: false }));
    const answers = Promise.all(sent.map(async (request) => (await once(request, 'response'))[0].statusCode));
    await Promise.all(sent.map((request) => once(request, 'finish')));
    server.process.kill('SIGTERM');
    server.process.kill('SIGCONT');
    expect(await answers).toEqual(sent.map(() => 200));
    expect(await server.exited).toBe(0);
  });

  it('SIGTERM lets a running call of the old transport finish', async () => {
    const server = await startServer();
    const stream = await openStream(`http://localhost:${server.port}`);
    await stream.send({ id: 1, method: 'tools/call', params: { name: 'wait' } });
    await server.printed('tool began');
    server.process.kill('SIGTERM');
    await server.printed('"msg":"stopping"');
    server.process.kill('SIGUSR2');
    expect(await stream.read('finished')).toContain('finished');
    expect(await server.exited).toBe(0);
  });

  it('waits for as long as a call may take, but at least 10 seconds', () => {
    expect(drainTime(1000)).toBe(10_000);
    expect(drainTime(25_000)).toBeGreaterThan(25_000);
  });

  it('a second signal ends it at once', async () => {
    const server = await startServer();
    const client = await connectModern(server.mcpUrl);
    const answer = client.callTool({ name: 'wait' }).catch(() => 'cut off');
    await server.printed('tool began');
    server.process.kill('SIGTERM');
    await server.printed('"msg":"stopping"');
    server.process.kill('SIGTERM');
    expect(await server.exited).toBe(1);
    expect(await answer).toBe('cut off');
  });

  it('kill -9 and a restart lose nothing', async () => {
    const databaseUrl = `file:${join(directory, 'kept', 'server.db')}`;
    const first = await startServer({ DATABASE_URL: databaseUrl });
    const before = await connectModern(first.mcpUrl);
    const note = { name: 'add_note', arguments: { text: 'Kept' } };
    expect(await before.callTool(note)).toMatchObject({ structuredContent: { added: 'Kept' } });
    first.process.kill('SIGKILL');
    await first.exited;
    await before.close();
    const second = await startServer({ DATABASE_URL: databaseUrl, DEMO_DATA: 'false' });
    const client = await connectModern(second.mcpUrl);
    const result = await client.callTool({ name: 'read_notes' });
    expect(result.structuredContent).toEqual({ notes: ['Kept'] });
    await client.close();
    await second.stop();
  });

  it('after a stop the database file is complete on its own', async () => {
    const databaseUrl = `file:${join(directory, 'stopped', 'server.db')}`;
    const server = await startServer({ DATABASE_URL: databaseUrl });
    await server.stop();
    const copy = join(directory, 'copy.db');
    await copyFile(databaseUrl.slice('file:'.length), copy);
    const store = await connectStore(`file:${copy}`);
    expect(await store.selectFrom('notes').selectAll().execute()).not.toEqual([]);
    await store.destroy();
  });

  it('two processes may start on one new database at the same time', async () => {
    const databaseUrl = `file:${join(directory, 'shared', 'server.db')}`;
    const servers = await Promise.all([1, 2].map(() => startServer({ DATABASE_URL: databaseUrl })));
    for (const server of servers) {
      expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
      await server.stop();
    }
  });
});
