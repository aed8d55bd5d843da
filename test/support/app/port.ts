import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** The static token of every test server. */
export const SERVICE_TOKEN = 'b7f1c9a4e2d8460f93ab51c7de0246813579bdf02468ace1';

/** Finds a port that nothing currently listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
