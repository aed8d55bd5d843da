import { once } from 'node:events';
import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { build } from 'esbuild';

/** Cards, and all that they are made from. */
const SOURCES = join(import.meta.dirname, '../../src');

/** How long a server that restarts may take to notice a change, and to come back, in milliseconds. */
const NOTICE_MS = 3000;
const RESTART_MS = 15_000;

export interface Preview {
  url: string;
  close: () => void;
}

export interface PreviewOptions {
  /** The endpoint of the server. */
  mcpUrl: string;
  /** An access token for it, which stays on this machine. */
  token: string;
  /** Another free one is taken when this one is busy. */
  port?: number;
  /** Open pages reload after a change below it, once the server has restarted. */
  folder?: string;
}

/** Serves a page on this machine that shows the cards of a running server in a real MCP Apps host. */
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
    // A website whose name points to this machine must not get the token.
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
    // One save makes several events.
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

/** Asks again and again until the answer is yes, or the time is over. */
async function until(check: () => Promise<boolean>, milliseconds: number): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await check()) && Date.now() < deadline) await pause(100);
}
