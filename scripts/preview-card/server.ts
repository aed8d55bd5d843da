import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';

export interface Preview {
  url: string;
  close: () => void;
}

/**
 * Serves a page on this machine that shows the card of a running server in a real MCP Apps host.
 *
 * @param mcpUrl the endpoint of the server
 * @param token an access token for it, which stays on this machine
 */
export async function startPreview(mcpUrl: string, token: string, port = 0): Promise<Preview> {
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
  const server = createServer((req, res) => {
    const { pathname } = new URL(req.url ?? '/', 'http://localhost');
    const [type, body] = files[pathname] ?? ['text/plain', 'Not found'];
    res
      .writeHead(files[pathname] ? 200 : 404, { 'Content-Type': type, 'Cache-Control': 'no-store' })
      .end(body);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
