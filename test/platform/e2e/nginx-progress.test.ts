import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MODERN_META } from '../../support/app/clients.js';
import { SERVICE_TOKEN } from '../../support/app/port.js';
import {
  https,
  nginxProgram,
  openHttps,
  prepareNginx,
  type TestNginx,
} from '../../support/programs/nginx.js';
import { startServer, type TestServer } from '../../support/programs/server.js';

const headers = {
  Authorization: `Bearer ${SERVICE_TOKEN}`,
  'Content-Type': 'application/json',
  Accept: 'application/json, text/event-stream',
};

describe.skipIf(nginxProgram === undefined)('progress through nginx', () => {
  let nginx: TestNginx;
  let slow: TestServer;
  beforeAll(async () => {
    const prepared = await prepareNginx();
    slow = await startServer({ PUBLIC_URL: prepared.url });
    nginx = await prepared.start([slow.port]);
  });
  afterAll(async () => {
    await nginx?.stop();
    slow?.process.kill('SIGKILL');
  });

  it.each(['2026-07-28', '2025-11-25'])('arrives while the tool still runs (%s)', async (version) => {
    const meta = version === '2025-11-25' ? {} : MODERN_META;
    const params = { name: 'wait', arguments: {}, _meta: { ...meta, progressToken: 'p' } };
    const stream = await openHttps(nginx, '/mcp', {
      method: 'POST',
      headers: {
        ...headers,
        'Mcp-Protocol-Version': version,
        ...(version !== '2025-11-25' && { 'Mcp-Method': 'tools/call', 'Mcp-Name': 'wait' }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
    });
    stream.setEncoding('utf8');
    const events = stream[Symbol.asyncIterator]();
    let seen = '';
    while (!seen.includes('"message":"begun"')) seen += (await events.next()).value;
    expect(seen).not.toContain('finished');
    slow.process.kill('SIGUSR2');
    while (!seen.includes('finished')) seen += (await events.next()).value;
    stream.destroy();
  });

  it('a call finishes on a server that is being restarted, while the other one answers', async () => {
    const prepared = await prepareNginx();
    const environment = { PUBLIC_URL: prepared.url };
    const servers = [await startServer(environment), await startServer(environment)];
    const proxy = await prepared.start(servers.map(({ port }) => port));
    const request = (method: string, params = {}) => ({
      method: 'POST',
      headers,
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    for (let restarts = 0; restarts < 2; restarts += 1) {
      // The server that got the call is restarted. The next call goes to whichever server is free.
      const call = https(proxy, '/mcp', request('tools/call', { name: 'wait' }));
      const busy = await Promise.race(
        servers.map((server) => server.printed('tool began').then(() => server)),
      );
      busy.process.kill('SIGTERM');
      await busy.printed('"msg":"stopping"');
      for (let round = 0; round < 10; round += 1) {
        expect((await https(proxy, '/mcp', request('ping'))).status).toBe(200);
      }
      busy.process.kill('SIGUSR2');
      expect(await call).toMatchObject({ status: 200, body: expect.stringContaining('finished') });
      expect(await busy.exited).toBe(0);
      servers[servers.indexOf(busy)] = await startServer({ ...environment, PORT: String(busy.port) });
    }
    await proxy.stop();
    for (const { process: child } of servers) child.kill('SIGKILL');
  }, 180_000);
});
