import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort, SERVICE_TOKEN } from '../support/app/port.js';
import { startExample } from '../support/programs/server.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mcp-modules-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** Makes the settings with which a server records what it loads, and the function that returns the paths of it. */
function recording(name: string) {
  const record = join(directory, name);
  const recorder = pathToFileURL(join(import.meta.dirname, '../support/programs/record-modules.mjs'));
  return {
    settings: { NODE_OPTIONS: `--import ${recorder}`, RECORDED_MODULES: record },
    loaded: async () => (await readFile(record, 'utf8')).trim().split('\n'),
  };
}

/** Keeps the files of a package, wherever it is. */
const filesOf = (name: string, loaded: string[]) =>
  loaded.filter((url) => url.includes(`/node_modules/${name}/`));

it('a start loads each of the large packages as one file, and nothing that it may never need', async () => {
  const { settings, loaded } = recording('file');
  const server = await startExample(settings);
  const atStart = await loaded();
  for (const name of ['express', 'jose', 'kysely', 'zod', '@modelcontextprotocol/server'])
    expect([name, filesOf(name, atStart)]).toEqual([name, [expect.stringContaining('/dist/node_modules/')]]);
  expect(filesOf('libsql', atStart)).not.toEqual([]);
  for (const name of [
    '@modelcontextprotocol/sdk',
    'bcrypt',
    'commander',
    'fontkit',
    'pdfkit',
    'pg',
    'pino-pretty',
    'prom-client',
  ])
    expect([name, filesOf(name, atStart)]).toEqual([name, []]);
  await server.stop();
});

it('what a server needs later is loaded then, or with the setting that asks for it', async () => {
  const { settings, loaded } = recording('later');
  const server = await startExample({ ...settings, METRICS_PORT: String(await freePort()) });
  expect(filesOf('prom-client', await loaded())).not.toEqual([]);
  const abort = new AbortController();
  const stream = await fetch(`${server.url}/sse`, {
    headers: { Authorization: `Bearer ${SERVICE_TOKEN}` },
    signal: abort.signal,
  });
  expect(stream.status).toBe(200);
  expect(filesOf('@modelcontextprotocol/sdk', await loaded())).toHaveLength(2);
  abort.abort();
  await server.stop();
});

it('with PostgreSQL the client of the file is not loaded', async () => {
  const { settings, loaded } = recording('postgres');
  const nowhere = `postgres://nobody@127.0.0.1:${await freePort()}/nothing`;
  await expect(startExample({ ...settings, DATABASE_URL: nowhere })).rejects.toThrow();
  const atStart = await loaded();
  expect(filesOf('libsql', atStart)).toEqual([]);
  expect(filesOf('pg', atStart)).not.toEqual([]);
});
