import { once } from 'node:events';
import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { build } from 'esbuild';

/** The cards and everything they include. */
const SOURCES = join(import.meta.dirname, '../../src');

/** How long the server may take to notice a change, and then to restart, in milliseconds. */
const NOTICE_MS = 3000;
const RESTART_MS = 15_000;

export interface Preview {
  url: string;
  close: () => void;
}

export interface PreviewOptions {
  /** The MCP endpoint of the server. */
  mcpUrl: string;
  /** An access token for the server. It stays on this machine. */
  token: string;
  /** The preferred port. If it is busy, another free one is used. */
  port?: number;
  /** After a change in this folder, open pages reload once the server has restarted. */
  folder?: string;
}

/** Serves a local page that shows the cards of a running server in a real MCP Apps host. */
export async function startPreview({
  mcpUrl,
  token,
  port = 0,
  folder = SOURCES,
}: PreviewOptions): Promise<Preview> {
  const bundle = await build({
    entryPoints: [join(import.meta.dirname, 'host.ts')],
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'silent',
  });
  const script = bundle.outputFiles[0]?.text ?? '';
  const page = await readFile(join(import.meta.dirname, 'page.html'), 'utf8');
  const files: Record<string, [type: string, body: string]> = {
    '/': ['text/html; charset=utf-8', page],
    '/host.js': ['text/javascript', script],
    '/config.json': ['application/json', JSON.stringify({ mcpUrl, token })],
  };
  const isReady = () =>
    fetch(new URL('/readyz', mcpUrl)).then(
      ({ ok }) => ok,
      () => false,
    );
  const pages = new Set<ServerResponse>();
  const server = createServer(async (req, res) => {
    // A website whose host name points to this machine must not get the token.
    const hosts = ['127.0.0.1', 'localhost'].map((name) => `${name}:${portOf(server)}`);
    if (!hosts.includes(req.headers.host ?? '')) return void res.writeHead(403).end('Unknown host');
    const { pathname } = new URL(req.url ?? '/', 'http://localhost');
    if (pathname === '/ready') return void res.writeHead((await isReady()) ? 200 : 503).end();
    if (pathname === '/changes') {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
      pages.add(res);
      return void res.on('close', () => pages.delete(res));
    }
    const [type, body] = files[pathname] ?? ['text/plain', 'Not found'];
    res
      .writeHead(files[pathname] ? 200 : 404, { 'Content-Type': type, 'Cache-Control': 'no-store' })
      .end(body);
  });
  await listen(server, port);
  let isAnnouncing = false;
  const watcher = watch(folder, { recursive: true }, async () => {
    // A single save causes several events.
    if (isAnnouncing) return;
    isAnnouncing = true;
    await until(async () => !(await isReady()), NOTICE_MS);
    await until(isReady, RESTART_MS);
    isAnnouncing = false;
    for (const open of pages) open.write('data: changed\n\n');
  });
  return {
    url: `http://127.0.0.1:${portOf(server)}/`,
    close() {
      watcher.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
}

/** Polls until the check succeeds or time runs out. */
async function until(check: () => Promise<boolean>, milliseconds: number): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await check()) && Date.now() < deadline) await pause(100);
}
