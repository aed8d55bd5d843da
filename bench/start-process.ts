import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as elapsed } from 'node:timers/promises';
import { freePort } from '../test/support/app/port.js';
import { endWithTests } from '../test/support/programs/processes.js';

/** A server in a process of its own, which listens on this machine. */
export interface RunningServer {
  port: number;
  pid: number;
  stop: () => Promise<void>;
}

/** How to start a server. */
export interface Command {
  program: string;
  args: string[];
  /** Besides `PATH` and `PORT`. */
  environment?: Record<string, string>;
  /** Where it runs and writes its log. */
  directory: string;
}

/** How long a server may take to listen, and to end after SIGTERM, in milliseconds. */
const PATIENCE_MS = 30_000;

/**
 * Starts a server, and waits until it listens. It writes its log to a file, as in production; a pipe would make the
 * benchmark's own process work for each line.
 *
 * @throws with the end of its log when it does not listen
 */
export async function startProcess(command: Command): Promise<RunningServer> {
  const port = await freePort();
  const log = join(command.directory, `${port}.log`);
  const file = openSync(log, 'w');
  const child = endWithTests(
    spawn(command.program, command.args, {
      cwd: command.directory,
      stdio: ['ignore', file, file],
      env: { PATH: process.env['PATH'], HOME: command.directory, PORT: String(port), ...command.environment },
    }),
  );
  closeSync(file);
  const failed = once(child, 'exit').then(([code]) => `ended with code ${code}`);
  const fault = await Promise.race([failed, untilItListens(port, child)]);
  if (fault !== undefined) {
    child.kill('SIGKILL');
    throw new Error(`${command.args.at(-1)} ${fault}:\n${readFileSync(log, 'utf8').slice(-2000)}`);
  }
  return {
    port,
    pid: child.pid ?? 0,
    async stop() {
      const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
      child.kill('SIGTERM');
      await failed;
      clearTimeout(impatience);
    },
  };
}

async function untilItListens(port: number, child: ChildProcess): Promise<string | undefined> {
  for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; ) {
    if (child.exitCode !== null) return undefined;
    if (await listens(port)) return undefined;
    await elapsed(20);
  }
  return 'does not listen';
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
