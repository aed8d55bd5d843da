import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import pg from 'pg';
import { nowInSeconds } from '../../../src/platform/clock.js';
import { connectStore, type Store } from '../../../src/platform/store/database.js';
import { postgresProgram, startPostgres } from './postgres.js';

/**
 * Copies of databases made by version 1.0.0 (commit 1ba2325), with demo data. In each, carol was added by the command
 * line. Alice signed in with all scopes and cancelled ORD-1007, and her client holds the refresh token. Carol signed in,
 * but her code was not redeemed. An access token of bob was revoked. There is a service token, and a key waiting to sign.
 */
const folder = join(import.meta.dirname, '../../platform/store/released');

/** The secrets that clients of that database hold. */
export interface ReleasedSecrets {
  /** The `PUBLIC_URL` that their tokens are for. */
  public_url: string;
  client_id: string;
  refresh_token: string;
  code: string;
  code_verifier: string;
  service_token: string;
}

export interface ReleasedDatabase {
  url: string;
  secrets: ReleasedSecrets;
  remove: () => Promise<void>;
}

/** The engines for which there is a copy, and whether each is installed. */
export const releasedEngines = [
  ['a SQLite file', copyFile, true],
  ['PostgreSQL', copyPostgres, postgresProgram !== undefined],
] as const;

async function copyFile(): Promise<ReleasedDatabase> {
  const directory = await mkdtemp(join(tmpdir(), 'mcp-released-'));
  const path = join(directory, 'server.db');
  await writeFile(path, await promisify(gunzip)(await readFile(join(folder, '1.0.0.db.gz'))));
  return finish(`file:${path}`, 'sqlite', () => rm(directory, { recursive: true, force: true }));
}

async function copyPostgres(): Promise<ReleasedDatabase> {
  const server = await startPostgres();
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(await readFile(join(folder, '1.0.0.sql'), 'utf8'));
  await client.end();
  return finish(server.url, 'postgres', server.stop);
}

async function finish(
  url: string,
  engine: 'sqlite' | 'postgres',
  remove: () => Promise<void>,
): Promise<ReleasedDatabase> {
  const all = JSON.parse(await readFile(join(folder, '1.0.0.json'), 'utf8')) as Record<
    typeof engine,
    ReleasedSecrets
  >;
  const store = await connectStore(url);
  await signInJustNow(store);
  await store.destroy();
  return { url, secrets: all[engine], remove };
}

/** Moves the times of all records to now, because everything in the old copies would have expired. */
async function signInJustNow(store: Store): Promise<void> {
  const now = nowInSeconds();
  const expires_at = now + 86_400;
  await store.updateTable('grants').set({ created_at: now, expires_at }).execute();
  for (const table of ['refresh_tokens', 'authorization_codes', 'revoked_access_tokens', 'oauth_clients'])
    await store.updateTable(table).set({ expires_at }).execute();
}
