import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How long the server keeps a sign-in open, in milliseconds. */
const PATIENCE_MS = 600_000;

/** Receives the result of the sign-in on this machine (RFC 8252 section 7.3). */
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
   * Waits for the parameters of the authorization response. Ignores requests with a different state, because any page
   * can send a browser here.
   *
   * @throws when nobody signs in within ten minutes
   */
  answer(state: string): Promise<URLSearchParams> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('Nobody signed in. Try again.')), PATIENCE_MS);
      this.server.once('close', () => clearTimeout(timer));
      this.server.on('request', (req, res) => {
        const { pathname, searchParams } = new URL(req.url ?? '/', this.url);
        res.setHeader('Content-Type', 'text/plain');
        if (pathname !== '/callback' || searchParams.get('state') !== state) {
          return res.writeHead(404).end('This does not belong to the current sign-in.');
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
