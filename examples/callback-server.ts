import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Receives the answer of the sign-in on this machine (RFC 8252 section 7.3). */
export class CallbackServer {
  /** The redirect URI. */
  readonly url: string;
  /** The parameters of the answer, once it is here. */
  readonly answer: Promise<URLSearchParams>;

  private constructor(private readonly server: Server) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;
    this.answer = new Promise((resolve) => {
      server.on('request', (req, res) => {
        const { pathname, searchParams } = new URL(req.url ?? '/', this.url);
        if (pathname !== '/callback') return res.writeHead(404).end();
        res
          .setHeader('Content-Type', 'text/plain')
          .end('You can close this window and go back to the terminal.');
        resolve(searchParams);
      });
    });
  }

  static async start(): Promise<CallbackServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CallbackServer(server);
  }

  close(): void {
    this.server.close();
    this.server.closeIdleConnections();
  }
}
