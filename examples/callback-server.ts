import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** As long as the server keeps a sign-in open. */
const PATIENCE_MS = 600_000;

/** Receives the answer of the sign-in on this machine (RFC 8252 section 7.3). */
export class CallbackServer {
  /** The redirect URI. */
  readonly url: string;

  private constructor(private readonly server: Server) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;
  }

  static async start(): Promise<CallbackServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CallbackServer(server);
  }

  /**
   * The parameters of the answer. What carries another state is not the answer to our request and is ignored: any page
   * can send a browser here.
   *
   * @throws when nobody has signed in within ten minutes
   */
  answer(state: string): Promise<URLSearchParams> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('Nobody signed in. Try again.')), PATIENCE_MS);
      this.server.once('close', () => clearTimeout(timer));
      this.server.on('request', (req, res) => {
        const { pathname, searchParams } = new URL(req.url ?? '/', this.url);
        res.setHeader('Content-Type', 'text/plain');
        if (pathname !== '/callback' || searchParams.get('state') !== state) {
          return res.writeHead(404).end('This is not the answer that is waited for.');
        }
        res.end('You can close this window and go back to the terminal.');
        resolve(searchParams);
      });
    });
  }

  close(): void {
    this.server.close();
    this.server.closeIdleConnections();
  }
}
