import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { connectModern } from '../../support/app/clients.js';
import {
  authorizeUrl,
  Browser,
  pkce,
  refresh,
  registerRaw,
  signInForTokens,
} from '../../support/oauth/oauth.js';
import { cliFor } from '../../support/programs/cli.js';
import { lockDatabase } from '../../support/programs/lock.js';
import { findProgram } from '../../support/programs/requirements.js';
import { startServer, type TestServer } from '../../support/programs/server.js';

let server: TestServer;
let path: string;
beforeAll(async () => {
  server = await startServer();
  path = server.databaseUrl.slice('file:'.length);
});
afterAll(() => server.stop());

const METADATA = { redirect_uris: ['http://127.0.0.1:7777/callback'], token_endpoint_auth_method: 'none' };
const health = async (name: string) => (await fetch(`${server.url}/${name}`)).status;

/** Prepares all that a client does and that writes. @returns a function that starts it, with a name for each */
async function prepareWrites() {
  const tokens = await signInForTokens(server.url);
  const browser = new Browser(server.url);
  const target = authorizeUrl(server.url, tokens.client.client_id, pkce().challenge);
  const form = await browser.open(target);
  return () => ({
    register: registerRaw(server.url, { ...METADATA, client_name: crypto.randomUUID() }),
    authorize: browser.get(target),
    login: browser.submit(form),
    refresh: refresh(server.url, tokens),
  });
}

describe('while another program holds the write lock', () => {
  it('health checks and reads are answered, and every write is put off, not broken', async () => {
    const start = await prepareWrites();
    const mcp = await connectModern(server.mcpUrl);
    const addNote = () => mcp.callTool({ name: 'add_note', arguments: { text: 'kept' } });

    const release = await lockDatabase(path);
    onTestFinished(release);
    const ended: string[] = [];
    const calls = Object.entries(start()).map(async ([name, call]) => {
      const answer = await call;
      ended.push(name);
      return [name, answer.status, answer.headers.get('Retry-After')];
    });
    const note = expect(addNote()).rejects.toThrow('The database is busy. Try again in a moment');
    const cli = cliFor(server.databaseUrl);
    const commands = [cli('user disable bea'), cli(`db backup ${path}.copy`)];
    expect(await health('healthz')).toBe(200);
    expect(await mcp.callTool({ name: 'read_notes' })).toMatchObject({ structuredContent: { notes: [] } });
    expect(await health('healthz')).toBe(200);
    expect(ended).toEqual([]);

    expect(await Promise.all(calls)).toEqual(
      ['register', 'authorize', 'login', 'refresh'].map((name) => [name, 503, '5']),
    );
    await note;
    expect(await Promise.all(commands)).toMatchObject([
      { code: 1, err: 'It failed: The database is busy\n' },
      { code: 0, out: expect.stringContaining('Wrote') },
    ]);
    const ready = await fetch(`${server.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { status: 'unavailable', reason: 'the database is busy' },
    ]);
    expect(server.output()).not.toContain('request failed');
    expect(server.output()).toContain('database is locked');

    await release();
    expect(await addNote()).toMatchObject({ structuredContent: { added: 'kept' } });
    expect((await registerRaw(server.url, METADATA)).status).toBe(201);
    const { login, refresh: refreshed } = start();
    expect([(await login).status, (await refreshed).status]).toEqual([303, 200]);
    await mcp.close();
  });
});

const prlimit = findProgram('prlimit', 'Tests on a full disk are');

describe.skipIf(prlimit === undefined)('when nothing more fits on the disk', () => {
  const limitFiles = (bytes: number | string) =>
    spawnSync(prlimit ?? '', ['--pid', String(server.process.pid), `--fsize=${bytes}:unlimited`]);

  it('the server says so, lives on, and is ready again once there is room', async () => {
    onTestFinished(() => void limitFiles('unlimited'));
    limitFiles(1);
    const refused = await registerRaw(server.url, { ...METADATA, client_name: 'too much' });
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '5']);
    const readiness = async () => (await fetch(`${server.url}/readyz`)).text();
    await expect.poll(readiness, { timeout: 10_000 }).toMatch(/"the disk of the database (is full|fails)"/);
    expect(await health('healthz')).toBe(200);
    limitFiles('unlimited');
    await expect.poll(() => health('readyz'), { timeout: 10_000 }).toBe(200);
    expect((await registerRaw(server.url, { ...METADATA, client_name: 'again' })).status).toBe(201);
  });
});

describe('once the database file is gone', () => {
  it('nobody signs in into the deleted file, and the log says what to do', async () => {
    const start = await prepareWrites();
    await rm(path);
    for (const [name, call] of Object.entries(start())) {
      const answer = await call;
      expect([name, answer.status, answer.headers.get('Retry-After')]).toEqual([name, 503, '5']);
      expect(await answer.text()).not.toContain(path);
    }
    await expect.poll(() => health('readyz'), { timeout: 10_000 }).toBe(503);
    expect(server.output()).toContain('restart the server');
    expect(await health('healthz')).toBe(200);
  });
});
