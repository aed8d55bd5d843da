import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../support/app/port.js';
import { type NameServer, startNameServer } from '../../support/oauth/name-server.js';
import { https, prepareNginx, resolvingNginx, type TestNginx } from '../../support/programs/nginx.js';

/** Containers of one service: they share a name and a port, and each has an address. */
describe.skipIf(resolvingNginx === undefined)('nginx in front of a service with a name', () => {
  const containers = new Map<string, Server>();
  let names: NameServer;
  let nginx: TestNginx;
  let port: number;

  async function add(address: string): Promise<void> {
    const container = createServer((_req, res) => res.end(address)).listen(port, address);
    await once(container, 'listening');
    containers.set(address, container);
  }

  function remove(address: string): void {
    containers.get(address)?.close();
    containers.get(address)?.closeAllConnections();
    containers.delete(address);
  }

  /** Calls until the answers come from these addresses, and from no other. @returns the statuses seen on the way */
  async function untilAnsweredBy(...addresses: string[]): Promise<Set<number>> {
    const statuses = new Set<number>();
    let seen: string[] = [];
    while (seen.toSorted().join() !== addresses.toSorted().join()) {
      const answers = await Promise.all(
        Array.from({ length: 12 }, () => https(nginx, '/mcp', { method: 'POST' })),
      );
      for (const { status } of answers) statuses.add(status);
      seen = [...new Set(answers.map(({ body }) => body))];
    }
    return statuses;
  }

  beforeAll(async () => {
    port = await freePort();
    await add('127.0.0.2');
    names = await startNameServer(() => [...containers.keys()]);
    nginx = await (await prepareNginx()).start({ port, nameServer: names.address });
    await untilAnsweredBy('127.0.0.2');
  });
  afterAll(async () => {
    await nginx?.stop();
    for (const address of [...containers.keys()]) remove(address);
    await names?.stop();
  });

  it('uses containers that are added while it runs', async () => {
    await add('127.0.0.3');
    await add('127.0.0.4');
    expect(await untilAnsweredBy('127.0.0.2', '127.0.0.3', '127.0.0.4')).toEqual(new Set([200]));
  });

  it('leaves containers that are removed, without a failed call', async () => {
    remove('127.0.0.2');
    remove('127.0.0.4');
    expect(await untilAnsweredBy('127.0.0.3')).toEqual(new Set([200]));
    expect(nginx.log()).not.toContain('emerg');
  });

  it('finds a container that was replaced by one with a new address', async () => {
    remove('127.0.0.3');
    await add('127.0.0.5');
    await untilAnsweredBy('127.0.0.5');
  });

  it('starts before the first container does', async () => {
    remove('127.0.0.5');
    const early = await (await prepareNginx()).start({ port, nameServer: names.address });
    const status = async () => (await https(early, '/mcp', { method: 'POST' })).status;
    expect(await status()).toBe(503);
    await add('127.0.0.6');
    await expect.poll(status, { timeout: 20_000 }).toBe(200);
    await early.stop();
  });
});
