import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, createServer, type Server as NetServer } from 'node:net';

/** The static token of every test server. */
export const SERVICE_TOKEN = 'b7f1c9a4e2d8460f93ab51c7de0246813579bdf02468ace1';

/** Finds a port that nothing currently listens on. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/** Finds several at once, because one that is not used yet may be found again. */
export async function freePorts(count: number): Promise<number[]> {
  const probes = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(probes.map(listenLocally));
  await Promise.all(probes.map((probe) => once(probe.close(), 'close')));
  return ports;
}

/** Listens on a free port of this machine. @returns the port */
export async function listenLocally(server: NetServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Closes a server with all its connections, and waits until it is closed. */
export async function closeServer(server: Pick<Server, 'closeAllConnections' | 'close'>): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
