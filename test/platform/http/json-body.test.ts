import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isDeeperThan, MAX_JSON_DEPTH } from '../../../src/platform/http/json-body.js';
import { post } from '../../support/app/clients.js';
import { type FixtureApp, startFixture } from '../../support/app/fixture.js';
import { SERVICE_TOKEN } from '../../support/app/port.js';
import { openStream } from '../../support/app/sse.js';

/** Each writes JSON with this many levels. */
const SHAPES: [string, (levels: number) => string][] = [
  ['arrays', (levels) => '['.repeat(levels) + ']'.repeat(levels)],
  ['objects', (levels) => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`],
  ['both in turn', (levels) => `${'[{"a":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}`],
  [
    'a deep end after a wide beginning',
    (levels) => `[${'{},'.repeat(1000)}${'['.repeat(levels - 1)}${']'.repeat(levels)}`,
  ],
];
const DEPTHS = [MAX_JSON_DEPTH + 2, 5000, 100_000];

let app: FixtureApp;
beforeAll(async () => {
  app = await startFixture();
});
afterAll(() => app.stop());

describe.each(SHAPES)('JSON of too many %s is refused as a bad request', (_what, write) => {
  const places: [string, (deep: string) => string][] = [
    ['as the whole body', (deep) => deep],
    ['in the params', (deep) => `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${deep}}}`],
    ['in _meta', (deep) => `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"a":${deep}}}}`],
    ['in an answer', (deep) => `{"jsonrpc":"2.0","id":1,"result":{"a":${deep}}}`],
    ['in a batch', (deep) => `[{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${deep}}}]`],
    [
      'in an argument of a tool',
      (deep) =>
        `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_notes","arguments":{"a":${deep}}}}`,
    ],
  ];

  it.each(places)('at /mcp, %s', async (_place, wrap) => {
    for (const version of ['2025-03-26', '2026-07-28']) {
      for (const depth of DEPTHS) {
        const response = await post(app.mcpUrl, wrap(write(depth)), { 'Mcp-Protocol-Version': version });
        expect(response.status).toBe(400);
        expect(await response.json()).toMatchObject({
          error: { code: -32600, message: expect.stringContaining(`${MAX_JSON_DEPTH} levels`) },
        });
      }
    }
  });

  it('at /messages, whose stream goes on', async () => {
    const stream = await openStream(app.url);
    for (const [, wrap] of places) {
      const headers = { Authorization: `Bearer ${SERVICE_TOKEN}`, 'Content-Type': 'application/json' };
      const body = wrap(write(5000));
      const response = await fetch(`${app.url}${stream.address}`, { method: 'POST', headers, body });
      expect([response.status, await response.json()]).toMatchObject([400, { error: { code: -32600 } }]);
    }
    await stream.send({ id: 'alive', method: 'ping' });
    expect(await stream.read('"alive"')).toContain('"result"');
    stream.drop();
  });

  it('at /register', async () => {
    for (const body of [
      write(1000),
      `{"redirect_uris":["https://app.example/"],"client_name":${write(1000)}}`,
    ]) {
      const headers = { 'Content-Type': 'application/json' };
      const response = await fetch(`${app.url}/register`, { method: 'POST', headers, body });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        error: 'invalid_request',
        error_description: expect.stringContaining('levels'),
      });
    }
  });
});

it('nothing of it is a failure of the server', () => {
  expect(app.logs.filter(({ level }) => Number(level) >= 40)).toEqual([]);
});

it('as many levels as any message has are accepted', async () => {
  const arguments_ = JSON.parse(`{"a":${'['.repeat(90)}${']'.repeat(90)}}`);
  const params = { name: 'read_notes', arguments: arguments_ };
  const response = await post(app.mcpUrl, { jsonrpc: '2.0', id: 1, method: 'tools/call', params });
  expect(await response.text()).toContain('"notes"');
});

it('levels are counted as they are written', () => {
  const depthOf = (value: unknown): number =>
    typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), fc.nat({ max: 9 }), (value, levels) => {
      expect(isDeeperThan(levels, value)).toBe(depthOf(value) > levels);
    }),
  );
});
