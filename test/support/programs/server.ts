import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The static token of every test server. */
export const SERVICE_TOKEN = 'b7f1c9a4e2d8460f93ab51c7de0246813579bdf02468ace1';

export interface TestServer {
  /** The origin, also the issuer. */
  url: string;
  /** Where it really listens, behind whatever stands in front. */
  listening: string;
  mcpUrl: string;
  databaseUrl: string;
  process: ChildProcess;
  /** Everything it wrote so far, logs and banner. */
  output: () => string;
  /** Resolves with the exit code once it has stopped by itself. */
  exited: Promise<number | null>;
  /** SIGTERM, then waits; removes the data when the server made its own. */
  stop: () => Promise<number | null>;
}

/** A port nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Starts the built server as a process of its own, with fresh data, and waits until it is ready. */
export async function startServer(environment: Record<string, string> = {}): Promise<TestServer> {
  const port = Number(environment['PORT'] ?? (await freePort()));
  const url = environment['PUBLIC_URL'] ?? `http://localhost:${port}`;
  const directory = await mkdtemp(join(tmpdir(), 'mcp-server-'));
  const databaseUrl = environment['DATABASE_URL'] ?? `file:${join(directory, 'data', 'server.db')}`;
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../../dist/main.js')], {
    cwd: directory,
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      MCP_AUTH_TOKEN: SERVICE_TOKEN,
      DATABASE_URL: databaseUrl,
      ...environment,
    },
  });
  let output = '';
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const ready = new Promise<void>((resolve, reject) => {
    const collect = (chunk: Buffer) => {
      output += chunk;
      if (output.includes('MCP endpoint')) resolve();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    void exited.then((code) => reject(new Error(`The server ended with code ${code}:\n${output}`)));
  });
  await ready;
  return {
    url,
    listening: `http://localhost:${port}`,
    mcpUrl: `${url}/mcp`,
    databaseUrl,
    process: child,
    output: () => output,
    exited,
    async stop() {
      child.kill('SIGTERM');
      const code = await exited;
      await rm(directory, { recursive: true, force: true });
      return code;
    },
  };
}
