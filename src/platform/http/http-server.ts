import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Duplex } from 'node:stream';

/** How long a client may take to send a whole request, in milliseconds, and how often that is checked. */
const REQUEST_TIMES = { requestTimeout: 25_000, connectionsCheckingInterval: 2000 };

/** What to answer when a request is not valid HTTP, or does not arrive in time. */
interface Fault {
  status: number;
  reason: string;
  error: string;
  description: string;
}

const NOT_HTTP: Fault = {
  status: 400,
  reason: 'Bad Request',
  error: 'invalid_request',
  description: 'The request is not valid HTTP. Check its first line, its headers and the length of its body.',
};

const FAULTS: Partial<Record<string, Fault>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    reason: 'Request Timeout',
    error: 'request_timeout',
    description: 'The request did not arrive in time. Send all of it within 25 seconds.',
  },
  HPE_HEADER_OVERFLOW: {
    status: 431,
    reason: 'Request Header Fields Too Large',
    error: 'invalid_request',
    description: 'The headers of the request are too large. Send fewer or shorter ones.',
  },
};

/**
 * Creates an HTTP server that waits at most 27 seconds for a whole request, from its first byte to the last one of its
 * body, however steadily a client trickles it. A new connection counts as a request that has begun. The time limit ends
 * with the request: tools and streams may take as long as they do.
 *
 * A request that is late or not valid HTTP gets a JSON error, unless its answer has begun. The connection is closed.
 *
 * @param times shorter ones, for tests
 */
export function createHttpServer(listener: RequestListener, times = REQUEST_TIMES): Server {
  // Unless it is set, headers have a limit of their own.
  const server = createServer({ ...times, headersTimeout: times.requestTimeout });
  const latest = new WeakMap<Duplex, { req: IncomingMessage; res: ServerResponse }>();
  server.on('request', (req, res) => {
    latest.set(req.socket, { req, res });
    listener(req, res);
  });
  server.on('clientError', ({ code = '' }: NodeJS.ErrnoException, socket) => {
    const { status, reason, error, description } = FAULTS[code] ?? NOT_HTTP;
    const text = JSON.stringify({ error, error_description: description });
    const headers = {
      'Cache-Control': 'no-store',
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': String(text.length),
      Connection: 'close',
    };
    const { req, res } = latest.get(socket) ?? {};
    const isBetweenRequests = res === undefined || (req?.complete && res.writableFinished);
    if (isBetweenRequests && socket.writable) {
      const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.end(`HTTP/1.1 ${status} ${reason}\r\n${head.join('')}\r\n${text}`, () => socket.destroy());
    } else if (res?.socket === socket && !req?.complete && !res.headersSent) {
      // Through the response, so that the request log and the metrics see the status. It closes the connection.
      res.writeHead(status, headers).end(text);
    } else {
      socket.destroy();
    }
  });
  return server;
}
