import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort, SERVICE_TOKEN } from './server.js';

export interface SlowServer {
  child: ChildProcess;
  port: number;
  mcpUrl: string;
  /** Resolves once this text stands on its standard output. */
  printed: (text: string) => Promise<void>;
  exited: Promise<unknown[]>;
}

/**
 * A server with the tool `wait`, which tells on standard output when it has begun and when it is told to stop, and ends
 * at SIGUSR2.
 */
export async function startSlowServer(environment: Record<string, string> = {}): Promise<SlowServer> {
  const port = Number(environment['PORT'] ?? (await freePort()));
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'slow-server.ts')], {
    env: { PATH: process.env['PATH'], PORT: String(port), MCP_AUTH_TOKEN: SERVICE_TOKEN, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const watchers = new Set<() => void>();
  child.stdout.on('data', (chunk) => {
    output += chunk;
    for (const watcher of watchers) watcher();
  });
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
  const exited = once(child, 'exit');
  await printed('listening');
  return { child, port, printed, mcpUrl: `http://localhost:${port}/mcp`, exited };
}
