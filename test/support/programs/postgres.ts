import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '../app/port.js';
import { endWithTests } from './processes.js';
import { findProgram } from './requirements.js';

/** The `postgres` program, or `undefined` when tests on PostgreSQL are to be skipped. */
export const postgresProgram = findProgram('postgres', 'Tests on PostgreSQL are');

export interface TestPostgres {
  /** `postgres://` address of an empty database. */
  url: string;
  stop: () => Promise<void>;
}

/** Starts a PostgreSQL server in a temporary directory. It refuses to run as root, so root switches to another user. */
export async function startPostgres(): Promise<TestPostgres> {
  const binaries = dirname(postgresProgram ?? '');
  const directory = await mkdtemp(join(tmpdir(), 'mcp-postgres-'));
  const port = await freePort();
  const data = join(directory, 'data');
  const user = process.getuid?.() === 0 ? await giveToNobody(directory) : {};
  const initdb = endWithTests(
    spawn(join(binaries, 'initdb'), ['-D', data, '-U', 'test', '-A', 'trust', '-E', 'UTF8'], {
      ...user,
      stdio: 'ignore',
    }),
    'SIGTERM',
  );
  const [code] = await once(initdb, 'exit');
  if (code !== 0) throw new Error(`initdb ended with code ${code}`);
  const settings = [
    '-D',
    data,
    '-p',
    String(port),
    '-k',
    directory,
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'fsync=off',
  ];
  const server = endWithTests(
    spawn(join(binaries, 'postgres'), settings, { ...user, stdio: ['ignore', 'ignore', 'pipe'] }),
    'SIGQUIT',
  );
  const exited = once(server, 'exit');
  let log = '';
  await new Promise<void>((resolve, reject) => {
    server.stderr.on('data', (chunk) => {
      log += chunk;
      if (log.includes('ready to accept connections')) resolve();
    });
    void exited.then(() => reject(new Error(`PostgreSQL did not start:\n${log}`)));
  });
  return {
    url: `postgres://test@127.0.0.1:${port}/postgres`,
    async stop() {
      server.kill('SIGINT');
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function giveToNobody(directory: string): Promise<{ uid: number; gid: number }> {
  const nobody = { uid: 65534, gid: 65534 };
  await chown(directory, nobody.uid, nobody.gid);
  return nobody;
}
