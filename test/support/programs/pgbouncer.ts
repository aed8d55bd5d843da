import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../app/port.js';
import { endWithTests } from './processes.js';
import { findProgram } from './requirements.js';

/** The `pgbouncer` program, or `undefined` when tests on a pooler are to be skipped. */
export const pgbouncerProgram = findProgram('pgbouncer', 'Tests through PgBouncer are');

export interface TestPgBouncer {
  /** The address of the same database through the pooler. Every other database of the server has the same host. */
  url: string;
  stop: () => Promise<void>;
}

/**
 * Starts PgBouncer in front of a PostgreSQL server, in transaction mode and with the defaults of everything else. It
 * refuses to run as root, so root switches to another user.
 *
 * @param postgresUrl the address of one database of the server; the pooler offers all of them
 */
export async function startPgBouncer(postgresUrl: string): Promise<TestPgBouncer> {
  const { hostname, port: serverPort, username } = new URL(postgresUrl);
  const directory = await mkdtemp(join(tmpdir(), 'mcp-pgbouncer-'));
  const port = await freePort();
  const file = join(directory, 'pgbouncer.ini');
  await writeFile(
    file,
    `[databases]
* = host=${hostname} port=${serverPort} user=${username}

[pgbouncer]
pool_mode = transaction
auth_type = any
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir = ${directory}
`,
  );
  const nobody = { uid: 65534, gid: 65534 };
  const user = process.getuid?.() === 0 ? nobody : {};
  if (user === nobody) await chown(directory, nobody.uid, nobody.gid);
  const pooler = endWithTests(
    spawn(pgbouncerProgram ?? '', [file], { ...user, stdio: ['ignore', 'ignore', 'pipe'] }),
  );
  const exited = once(pooler, 'exit');
  let log = '';
  await new Promise<void>((resolve, reject) => {
    pooler.stderr.on('data', (chunk) => {
      log += chunk;
      if (log.includes('process up')) resolve();
    });
    void exited.then(() => reject(new Error(`PgBouncer did not start:\n${log}`)));
  });
  const url = new URL(postgresUrl);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    async stop() {
      // SIGINT waits for the clients to disconnect.
      pooler.kill('SIGTERM');
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
