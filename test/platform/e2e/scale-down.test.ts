import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MODERN_META } from '../../support/app/clients.js';
import { SERVICE_TOKEN } from '../../support/app/port.js';
import { nginxProgram, openHttps, prepareNginx, type TestNginx } from '../../support/programs/nginx.js';
import { startServer, type TestServer } from '../../support/programs/server.js';

const Authorization = `Bearer ${SERVICE_TOKEN}`;
const params = { notifications: { resourceSubscriptions: ['notes://people/ann'] }, _meta: MODERN_META };

/** The streams that stay open between calls. */
const STREAMS: [string, string, Parameters<typeof openHttps>[2]][] = [
  ['of the old transport', '/sse', { headers: { Authorization } }],
  [
    'that waits for changes',
    '/mcp',
    {
      method: 'POST',
      headers: {
        Authorization,
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        'Mcp-Protocol-Version': '2026-07-28',
        'Mcp-Method': 'subscriptions/listen',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params }),
    },
  ],
];

describe.skipIf(nginxProgram === undefined).each(STREAMS)('a stream %s', (_name, path, options) => {
  let nginx: TestNginx;
  let replicas: TestServer[];
  beforeAll(async () => {
    const prepared = await prepareNginx();
    const environment = { PUBLIC_URL: prepared.url, TRUST_PROXY: '1' };
    const first = await startServer(environment);
    const others = { ...environment, DATABASE_URL: first.databaseUrl };
    replicas = [first, await startServer(others), await startServer(others)];
    nginx = await prepared.start(replicas.map(({ port }) => port));
  });
  afterAll(async () => {
    await nginx?.stop();
    await Promise.all((replicas ?? []).map((replica) => replica.stop()));
  });

  it('ends cleanly with its replica, and the next one is on a replica that stays', async () => {
    const streams: IncomingMessage[] = [];
    // One after the other, so that each goes to the replica with the fewest.
    for (const _replica of replicas) streams.push(await open());
    const first = Promise.race(streams.map((stream) => once(stream.resume(), 'close').then(() => stream)));
    const leaving = replicas.pop() as TestServer;
    leaving.process.kill('SIGTERM');
    expect(await leaving.exited).toBe(0);
    const ended = await first;
    // `complete` is false when the connection broke in the middle.
    expect(ended.complete).toBe(true);
    expect(streams.filter((stream) => !stream.closed).length).toBeGreaterThan(0);
    const again = await open();
    for (const stream of [again, ...streams]) stream.destroy();
  });

  /** Opens a stream, and reads what it begins with. */
  async function open(): Promise<IncomingMessage> {
    const stream = await openHttps(nginx, path, options);
    expect(stream.statusCode).toBe(200);
    await once(stream, 'data');
    return stream;
  }
});
