import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { listenLocally } from '../app/port.js';

/** A TCP proxy that loses the network between its two sides as told, without the rights that a firewall needs. */
export interface PauseProxy {
  /** The address of the target, by way of this proxy. */
  url: string;
  port: number;
  /** Returns how many connections are open, silent ones included. */
  connections: () => number;
  /** Forwards nothing, and closes nothing. New connections are accepted and stay silent. */
  pause: () => void;
  /** Keeps every open connection silent for ever, and forwards new ones: a network that forgot its connections. */
  lose: () => void;
  /** Resets every open connection. New ones are forwarded. */
  cut: () => void;
  /** Resets every open connection, and refuses new ones. */
  refuse: () => Promise<void>;
  /** Forwards again, also what was sent during a pause. */
  resume: () => Promise<void>;
  stop: () => Promise<void>;
}

/** Starts the proxy on a port of its own. @param target the URL of a server on this machine, with a port */
export async function startPauseProxy(target: string): Promise<PauseProxy> {
  const links = new Set<Link>();
  let paused = false;
  const server = createServer((client) => {
    const link = new Link(client, Number(new URL(target).port));
    links.add(link);
    client.once('close', () => links.delete(link));
    if (!paused) link.forward();
  });
  const port = await listenLocally(server);
  const url = new URL(target);
  url.port = String(port);
  const cut = () => {
    for (const link of links) link.reset();
  };
  const refuse = async () => {
    cut();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  return {
    url: url.href,
    port,
    connections: () => links.size,
    pause() {
      paused = true;
      for (const link of links) link.hold();
    },
    lose() {
      paused = false;
      for (const link of links) link.lose();
    },
    cut,
    refuse,
    async resume() {
      paused = false;
      for (const link of links) link.forward();
      if (server.listening) return;
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    stop: refuse,
  };
}

/** A connection through the proxy. What is not read from a socket stays in the buffers of the system. */
class Link {
  readonly #client: Socket;
  readonly #port: number;
  #target: Socket | undefined;
  #lost = false;

  constructor(client: Socket, port: number) {
    this.#client = client;
    this.#port = port;
    client.pause();
    client.on('error', () => this.#target?.destroy());
  }

  forward(): void {
    if (this.#lost) return;
    if (this.#target === undefined) {
      this.#target = connect(this.#port, '127.0.0.1');
      this.#target.on('error', () => this.#client.resetAndDestroy());
    }
    this.#client.pipe(this.#target).pipe(this.#client);
  }

  hold(): void {
    if (this.#target === undefined) return;
    this.#client.unpipe(this.#target).pause();
    this.#target.unpipe(this.#client).pause();
  }

  lose(): void {
    this.hold();
    this.#lost = true;
  }

  reset(): void {
    this.#client.resetAndDestroy();
    this.#target?.resetAndDestroy();
  }
}
