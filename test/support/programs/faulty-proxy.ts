import { createServer, type IncomingMessage, request } from 'node:http';
import { closeServer, listenLocally } from '../app/port.js';

/** An answer on its way through the proxy. */
export interface ProxiedAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** A fault of the proxy. */
export interface Fault {
  /** Changes a request before it is forwarded. */
  request?: (req: IncomingMessage) => void;
  /** Changes an answer in place. */
  answer?: (req: IncomingMessage, proxied: ProxiedAnswer) => void;
  /** Holds event streams back instead of passing them on. */
  holdsStreams?: boolean;
}

export interface FaultyProxy {
  url: string;
  port: number;
  /** Sets where requests go from now on. */
  forwardTo: (port: number) => void;
  /** Sets the fault from now on. An empty one does no harm. */
  set: (fault: Fault) => void;
  stop: () => Promise<void>;
}

/** Starts an ordinary reverse proxy that can be told to do one thing wrong. */
export async function startFaultyProxy(): Promise<FaultyProxy> {
  let fault: Fault = {};
  let target = 0;
  const server = createServer((req, res) => {
    fault.request?.(req);
    const { method, url: path, headers } = req;
    const forwarded = request({ host: '127.0.0.1', port: target, method, path, headers });
    req.pipe(forwarded);
    res.on('close', () => forwarded.destroy());
    forwarded.on('error', () => res.destroy());
    forwarded.on('response', async (answer) => {
      if (/event-stream/.test(answer.headers['content-type'] ?? '')) {
        if (fault.holdsStreams) return answer.resume();
        res.writeHead(answer.statusCode ?? 0, answer.headers);
        return answer.pipe(res);
      }
      let body = '';
      for await (const chunk of answer.setEncoding('utf8')) body += chunk;
      const proxied: ProxiedAnswer = { status: answer.statusCode ?? 0, headers: { ...answer.headers }, body };
      fault.answer?.(req, proxied);
      delete proxied.headers['content-length'];
      res.writeHead(proxied.status, proxied.headers).end(proxied.body);
    });
  });
  const port = await listenLocally(server);
  return {
    url: `http://localhost:${port}`,
    port,
    forwardTo(next) {
      target = next;
    },
    set(next) {
      fault = next;
    },
    stop: () => closeServer(server),
  };
}

/** Changes the answers for a path. */
export const at = (path: string | RegExp, change: (proxied: ProxiedAnswer, url: string) => void): Fault => ({
  answer(req, proxied) {
    const [pathname = ''] = (req.url ?? '').split('?');
    if (typeof path === 'string' ? pathname === path : path.test(pathname)) change(proxied, req.url ?? '');
  },
});

/** Changes the JSON documents at a path. */
export const json = (path: string | RegExp, change: (document: Record<string, unknown>) => void): Fault =>
  at(path, (proxied) => {
    if (proxied.body === '') return;
    const document = JSON.parse(proxied.body) as Record<string, unknown>;
    change(document);
    proxied.body = JSON.stringify(document);
  });

/** Replaces the answer with an HTML page. */
export const page = (status: number) => (proxied: ProxiedAnswer) =>
  Object.assign(proxied, {
    status,
    headers: { 'content-type': 'text/html' },
    body: '<title>Welcome to nginx</title>',
  });
