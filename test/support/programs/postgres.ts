import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from '../app/port.js';
import { endWithTests } from './processes.js';
import { findProgram } from './requirements.js';

/** The `postgres` program, or `undefined` when tests on PostgreSQL are to be skipped. */
export const postgresProgram = findProgram('postgres', 'Tests on PostgreSQL are');

export interface TestPostgres {
  /** `postgres://` address of an empty database. */
  url: string;
  /** Kills every process of the server, as a machine that fails does. The data stays. */
  kill: () => Promise<void>;
  /** Starts the server again after `kill`, with its data and on its port, and waits until it has recovered. */
  start: () => Promise<void>;
  /** Returns everything the server has logged since it was started. */
  log: () => string;
  /** Opens a connection of the administrator, which ends with the server at the latest. */
  connect: () => Promise<pg.Client>;
  stop: () => Promise<void>;
}

/**
 * Starts a PostgreSQL server in a temporary directory. It refuses to run as root, so root switches to another user.
 *
 * @param settings values that differ from its defaults; its commits wait for no disk unless `fsync` is on
 */
export async function startPostgres(settings: Record<string, string> = {}): Promise<TestPostgres> {
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
  const options = Object.entries({ listen_addresses: '127.0.0.1', fsync: 'off', ...settings }).flatMap(
    ([name, value]) => ['-c', `${name}=${value}`],
  );
  const command = ['-D', data, '-p', String(port), '-k', directory, ...options];
  const run = () =>
    waitUntilReady(
      endWithTests(
        spawn(join(binaries, 'postgres'), command, { ...user, stdio: ['ignore', 'ignore', 'pipe'] }),
        'SIGQUIT',
      ),
    );
  let server = await run();
  const url = `postgres://test@127.0.0.1:${port}/postgres`;
  const connections: pg.Client[] = [];
  return {
    url,
    async kill() {
      const children = await childrenOf(server.pid);
      for (const pid of [server.pid, ...children]) signal(pid, 'SIGKILL');
      await server.ended;
    },
    async start() {
      server = await run();
    },
    log: () => server.log(),
    async connect() {
      const connection = new pg.Client(url);
      // It may be killed with the server.
      connection.on('error', () => {});
      await connection.connect();
      connections.push(connection);
      return connection;
    },
    async stop() {
      await Promise.all(connections.map((connection) => connection.end()));
      signal(server.pid, 'SIGINT');
      await server.ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

interface PostgresProcess {
  pid: number;
  /** Resolves once it has ended with all its children, which share its standard error. */
  ended: Promise<unknown>;
  log: () => string;
}

/** Waits until the server accepts connections, after the recovery that follows a crash. */
async function waitUntilReady(server: ChildProcess): Promise<PostgresProcess> {
  const ended = once(server, 'close');
  let log = '';
  await new Promise<void>((resolve, reject) => {
    server.stderr?.on('data', (chunk) => {
      log += chunk;
      if (log.includes('ready to accept connections')) resolve();
    });
    void ended.then(() => reject(new Error(`PostgreSQL did not start:\n${log}`)));
  });
  return { pid: server.pid ?? 0, ended, log: () => log };
}

async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('pgrep', ['-P', String(pid)]);
  return stdout.trim().split('\n').map(Number);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // The process has already ended.
  }
}

async function giveToNobody(directory: string): Promise<{ uid: number; gid: number }> {
  const nobody = { uid: 65534, gid: 65534 };
  await chown(directory, nobody.uid, nobody.gid);
  return nobody;
}
