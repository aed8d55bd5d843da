import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nginxProgram, openHttps, prepareNginx, type TestNginx } from '../support/nginx.js';
import { SERVICE_TOKEN } from '../support/server.js';
import { type SlowServer, startSlowServer } from '../support/slow.js';

describe.skipIf(nginxProgram === undefined)('progress through nginx', () => {
  let nginx: TestNginx;
  let slow: SlowServer;
  beforeAll(async () => {
    const prepared = await prepareNginx();
    slow = await startSlowServer({ PUBLIC_URL: prepared.url });
    nginx = await prepared.start([slow.port]);
  });
  afterAll(async () => {
    await nginx?.stop();
    slow?.child.kill('SIGKILL');
  });

  it.each(['2026-07-28', '2025-11-25'])('arrives while the tool still runs (%s)', async (version) => {
    const meta =
      version === '2025-11-25'
        ? {}
        : {
            'io.modelcontextprotocol/protocolVersion': version,
            'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
            'io.modelcontextprotocol/clientCapabilities': {},
          };
    const params = { name: 'wait', arguments: {}, _meta: { ...meta, progressToken: 'p' } };
    const stream = await openHttps(nginx, '/mcp', {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${SERVICE_TOKEN}`,
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
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
    slow.child.kill('SIGUSR2');
    while (!seen.includes('finished')) seen += (await events.next()).value;
    stream.destroy();
  });
});
