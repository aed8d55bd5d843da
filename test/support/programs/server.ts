import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { laneOfRun } from '../app/lane.js';
import { freePort, SERVICE_TOKEN } from '../app/port.js';
import { endWithTests } from './processes.js';

const root = join(import.meta.dirname, '../../..');

/** The directory of the fixture's built programs. It is inside `node_modules`, so that they find the packages. */
export const FIXTURE_PROGRAMS = join(root, 'node_modules/.cache/fixture');

/** A server in a process of its own. */
export interface TestServer {
  /** The origin, also the issuer. */
  url: string;
  /** The address it actually listens on, behind any proxy. */
  listening: string;
  port: number;
  mcpUrl: string;
  databaseUrl: string;
  /** The settings that another process needs to take its place. */
  environment: Record<string, string>;
  process: ChildProcess;
  /** Returns everything it has written so far: logs and banner. */
  output: () => string;
  /** Resolves once it has written this text. */
  printed: (text: string) => Promise<void>;
  /** Resolves with the exit code once the process has ended. */
  exited: Promise<number | null>;
  /** Sends SIGTERM and waits; removes the data if the server made its own. */
  stop: () => Promise<number | null>;
}

/** Starts the fixture of the platform's tests as a process of its own, with fresh data, and waits until it is ready. */
export function startServer(environment: Record<string, string> = {}): Promise<TestServer> {
  return startProgram(join(FIXTURE_PROGRAMS, 'main.js'), environment);
}

/** Starts the example, as `startServer` does the fixture. */
export function startExample(environment: Record<string, string> = {}): Promise<TestServer> {
  return startProgram(join(root, 'dist/main.js'), environment);
}

/**
 * Starts the built server of another checkout, as `startServer` does the fixture.
 *
 * @public a fork may have no test left that uses it
 */
export async function startProgram(
  program: string,
  environment: Record<string, string>,
): Promise<TestServer> {
  const port = Number(environment['PORT'] ?? (await freePort()));
  const url = environment['PUBLIC_URL'] ?? `http://localhost:${port}`;
  const directory = await mkdtemp(join(tmpdir(), 'mcp-server-'));
  const databaseUrl = environment['DATABASE_URL'] ?? `file:${join(directory, 'data', 'server.db')}`;
  const child = endWithTests(
    spawn(process.execPath, [program], {
      cwd: directory,
      env: {
        PATH: process.env['PATH'],
        PORT: String(port),
        MCP_AUTH_TOKEN: SERVICE_TOKEN,
        DATABASE_URL: databaseUrl,
        ...laneOfRun,
        ...environment,
      },
    }),
  );
  let output = '';
  const watchers = new Set<() => void>();
  const collect = (chunk: Buffer) => {
    output += chunk;
    for (const watcher of watchers) watcher();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const printed = (text: string) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!output.includes(text)) return;
        watchers.delete(look);
        resolve();
      };
      watchers.add(look);
      look();
    });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const failed = exited.then((code) => {
    throw new Error(`The server ended with code ${code}:\n${output}`);
  });
  failed.catch(() => {});
  await Promise.race([printed('MCP endpoint'), failed]);
  return {
    url,
    listening: `http://localhost:${port}`,
    port,
    mcpUrl: `${url}/mcp`,
    databaseUrl,
    environment: { ...environment, PORT: String(port), DATABASE_URL: databaseUrl },
    process: child,
    output: () => output,
    printed,
    exited,
    async stop() {
      child.kill('SIGTERM');
      const code = await exited;
      await rm(directory, { recursive: true, force: true });
      return code;
    },
  };
}
