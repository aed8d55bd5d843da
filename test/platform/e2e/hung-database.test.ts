import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drainTime } from '../../../src/platform/lifecycle.js';
import { freePort, SERVICE_TOKEN } from '../../support/app/port.js';
import { registerRaw } from '../../support/oauth/oauth.js';
import { startPauseProxy } from '../../support/programs/pause-proxy.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../../support/programs/postgres.js';
import { endWithTests } from '../../support/programs/processes.js';
import { FIXTURE_PROGRAMS, startServer } from '../../support/programs/server.js';

const REGISTRATION = { redirect_uris: ['http://127.0.0.1:7777/callback'] };

/** Longer than a server may take to stop. */
const PATIENT = {
  TOOL_TIMEOUT_MS: '1000',
  DATABASE_STATEMENT_TIMEOUT_MS: '60000',
  DATABASE_LOCK_TIMEOUT_MS: '60000',
  DATABASE_CONNECT_TIMEOUT_MS: '60000',
};

describe.skipIf(postgresProgram === undefined)('a server whose database hangs', () => {
  let database: TestPostgres;
  let admin: pg.Client;
  /** Another one, since a transaction sees `pg_stat_activity` as it was when it first looked. */
  let locker: pg.Client;
  beforeAll(async () => {
    database = await startPostgres();
    [admin, locker] = await Promise.all([database.connect(), database.connect()]);
  });
  afterAll(() => database.stop());

  const waiting = async () => {
    const { rows } = await admin.query(`select 1 from pg_stat_activity where wait_event_type = 'Lock'`);
    return rows.length;
  };
  const secondsUntil = async (end: Promise<unknown>) => {
    const begun = performance.now();
    await end;
    return (performance.now() - begun) / 1000;
  };
  const DRAIN_SECONDS = drainTime(1000) / 1000;

  // Comes first: once nothing is pending, a start waits for nobody.
  it('ends at SIGTERM while it waits for the migrations of another, and waits no longer in PostgreSQL', async () => {
    await locker.query('select pg_advisory_lock(3853314791062309107)');
    const server = await startProcess(database.url);
    await expect.poll(waiting, { timeout: 20_000 }).toBe(1);
    await expect.poll(server.output, { timeout: 20_000 }).toContain('waiting for another process');
    server.process.kill('SIGTERM');
    expect(await server.exited).toBe(0);
    await expect.poll(waiting).toBe(0);
    await locker.query('select pg_advisory_unlock(3853314791062309107)');
  });

  it('stops within the drain time, and leaves no query behind', async () => {
    const server = await startServer({ ...PATIENT, DATABASE_URL: database.url });
    await locker.query('begin; lock table oauth_clients, notes');
    const registrations = Array.from({ length: 3 }, () =>
      registerRaw(server.url, REGISTRATION).catch(() => {}),
    );
    const call = fetch(server.mcpUrl, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${SERVICE_TOKEN}`,
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'add_note', arguments: { text: 'a note' } },
      }),
    }).catch(() => {});
    await expect.poll(waiting, { timeout: 10_000 }).toBe(4);
    server.process.kill('SIGTERM');
    expect(await secondsUntil(server.exited)).toBeLessThan(DRAIN_SECONDS);
    expect(await server.exited).toBe(0);
    expect(await waiting()).toBe(0);
    await locker.query('rollback');
    await Promise.all([...registrations, call]);
    await server.stop();
  });

  it('stops within the drain time while the network is silent', async () => {
    const proxy = await startPauseProxy(database.url);
    const server = await startServer({ ...PATIENT, DATABASE_URL: proxy.url });
    proxy.pause();
    const registrations = Array.from({ length: 20 }, () =>
      registerRaw(server.url, REGISTRATION).catch(() => {}),
    );
    await expect.poll(async () => (await fetch(`${server.url}/readyz`)).status).toBe(503);
    server.process.kill('SIGTERM');
    expect(await secondsUntil(server.exited)).toBeLessThan(DRAIN_SECONDS);
    await Promise.all(registrations);
    await proxy.stop();
    await server.stop();
  });

  it('does not start while PostgreSQL is down, and says why in one line', async () => {
    const server = await startProcess(database.url.replace(/:\d+\//, ':1/'));
    expect(await secondsUntil(server.exited)).toBeLessThan(20);
    expect(await server.exited).toBe(1);
    expect(server.output().trim().split('\n')).toEqual([
      expect.stringMatching(
        /^The server cannot start: The database of DATABASE_URL cannot be opened: .*ECONNREFUSED/,
      ),
    ]);
  });
});

/** Starts a server without waiting until it is ready. */
async function startProcess(databaseUrl: string) {
  const child = endWithTests(
    spawn(process.execPath, [join(FIXTURE_PROGRAMS, 'main.js')], {
      env: {
        PATH: process.env['PATH'],
        PORT: String(await freePort()),
        DATABASE_URL: databaseUrl,
        LOG_LEVEL: 'warn',
      },
    }),
  );
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk;
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  return { process: child, exited, output: () => output };
}
