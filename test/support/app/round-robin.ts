import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as elapsed } from 'node:timers/promises';
import { closeServer } from './port.js';

export interface RoundRobin {
  port: number;
  /** Sets the ports of the servers. */
  forwardTo: (ports: number[]) => void;
  stop: () => Promise<void>;
}

/**
 * Starts a proxy that sends each request to the next server in turn, also those that arrive on one connection. It tells
 * the server the client's address in `X-Forwarded-For`, so the server has one proxy more in front of it.
 *
 * @param port where it listens; 0 for any
 */
export async function startRoundRobin(port: number): Promise<RoundRobin> {
  const agent = new Agent({ keepAlive: true });
  let targets: number[] = [];
  const open = new Set<ServerResponse>();
  let turn = 0;

  function send(target: number | undefined, req: IncomingMessage, body?: Buffer): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const { method, url: path } = req;
      const sent = request({ host: '127.0.0.1', port: target, agent, method, path, headers: headersOf(req) });
      sent.on('response', resolve).on('error', reject);
      if (body) sent.end(body);
      else req.pipe(sent);
      const abandon = () => sent.destroy();
      req.socket.once('close', abandon);
      sent.once('close', () => req.socket.off('close', abandon));
    });
  }

  async function forward(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const begin = turn++ % targets.length;
    const order = [...targets.slice(begin), ...targets.slice(0, begin)];
    // Only the server with the stream knows the address of its messages, as behind any load balancer.
    const body = req.url?.startsWith('/messages') ? await buffer(req) : undefined;
    let answer = await send(order[0], req, body);
    if (body && answer.statusCode === 404) {
      answer.resume();
      answer = await send(order[1], req, body);
    }
    const headers = without(/^(connection|keep-alive)$/i, answer.rawHeaders);
    res.writeHead(answer.statusCode ?? 0, answer.statusMessage, headers);
    res.flushHeaders();
    pipeline(answer, res, () => {});
  }

  const server = createServer({ requireHostHeader: false }, (req, res) => {
    open.add(res);
    res.once('close', () => open.delete(res));
    forward(req, res).catch(() => res.destroy());
  });
  server.keepAliveTimeout = 0;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    forwardTo(ports) {
      targets = ports;
    },
    async stop() {
      // What the servers have sent before they ended still arrives.
      const arrived = Promise.all([...open].map((res) => once(res, 'close')));
      await Promise.race([arrived, elapsed(1000)]);
      await closeServer(server);
      agent.destroy();
    },
  };
}

/** Returns the headers of a request as they were sent, with the client's address instead of those about the connection. */
function headersOf(req: IncomingMessage): string[] {
  const addresses = [...(req.headersDistinct['x-forwarded-for'] ?? []), req.socket.remoteAddress];
  const kept = without(/^(connection|keep-alive|x-forwarded-for)$/i, req.rawHeaders);
  return [...kept, 'X-Forwarded-For', addresses.join(', ')];
}

/** Leaves out the headers with these names from a list of names and values. */
function without(names: RegExp, headers: string[]): string[] {
  return headers.filter((_, index) => !names.test(headers[index - (index % 2)] ?? ''));
}
