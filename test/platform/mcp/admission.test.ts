import { once } from 'node:events';
import { type ClientRequest, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../../src/platform/caller.js';
import { defineTool } from '../../../src/platform/mcp/define.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { connectModern, MODERN_META, post } from '../../support/app/clients.js';
import { onlyOnFile } from '../../support/app/database.js';
import { openStream } from '../../support/app/sse.js';

/** For a busy machine. */
const PATIENT = { timeout: 20_000 };

/** The most calls of a service. */
const CROWD = 40;

/** The most streams of everyone. */
const STREAMS = 5;

let app: TestApp;
let release: () => void;
let running = 0;
beforeEach(async () => {
  onlyOnFile('Each server counts the calls and streams that it runs itself.');
  running = 0;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const wait = defineTool({
    name: 'wait',
    title: 'Wait',
    description: 'Waits until it is released',
    scopes: ['notes:read'],
    handler: async (_args, { signal }) => {
      running += 1;
      await Promise.race([released, once(signal, 'abort')]);
      running -= 1;
      return 'finished';
    },
  });
  /** Tokens are the name of a caller and, behind a dash, that of a client. */
  const verify = (token: string): Caller => {
    const [name = '', clientId = 'one'] = token.split('-');
    const caller = { name, scopes: ['notes:read'], clientId };
    if (name === 'service') return { ...caller, kind: 'service', id: 'service:one' };
    return { ...caller, kind: 'user', id: name === 'namesake' ? 'service:one' : name };
  };
  app = await startApp(
    // Otherwise the streams would end at once, because nothing in a fixed content changes.
    { tools: [wait], attach: ({ server }) => server.registerCapabilities({ tools: { listChanged: true } }) },
    { MAX_CALLS_PER_USER: '3', MAX_CALLS_PER_SERVICE: String(CROWD) },
    { verifiers: [verify], maxStreams: STREAMS },
  );
});
afterEach(async () => {
  release();
  await app.stop();
});

const as = (who: string) => ({ Authorization: `Bearer ${who}` });
const call = (id = 1) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'wait', arguments: {} },
});
const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
const three = [1, 2, 3].map((id) => ({ ...ping, id }));

/** Sends calls that run until they are released, and waits until they do. */
async function begin(who: string, count: number): Promise<Promise<Response>[]> {
  const before = running;
  const calls = Array.from({ length: count }, () => post(app.mcpUrl, call(), as(who)));
  // Those that a test leaves behind fail when the server stops.
  for (const sent of calls) sent.catch(() => {});
  await expect.poll(() => running, PATIENT).toBe(before + count);
  return calls;
}

async function expectTooMany(answer: Response, seconds: string, most: RegExp): Promise<void> {
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, seconds]);
  expect(await answer.json()).toEqual({
    jsonrpc: '2.0',
    id: null,
    error: { code: -32000, message: expect.stringMatching(most) },
  });
}

/** Opens a stream that waits for changes, as `subscriptions/listen` of 2026-07-28. */
async function listen(who: string): Promise<{ answer: Response; drop: () => void }> {
  const abort = new AbortController();
  const params = { notifications: { toolsListChanged: true }, _meta: MODERN_META };
  const answer = await fetch(app.mcpUrl, {
    method: 'POST',
    headers: {
      ...as(who),
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      'Mcp-Protocol-Version': '2026-07-28',
      'Mcp-Method': 'subscriptions/listen',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params }),
    signal: abort.signal,
  });
  return { answer, drop: () => abort.abort() };
}

describe('calls at once', () => {
  it.each([
    ['a user', 'ann', 3],
    ['a service, which is often a platform with many users,', 'service', CROWD],
  ])('%s has a limit of its own, and others are not affected', async (_who, who, max) => {
    const calls = await begin(who, max);
    await expectTooMany(
      await post(app.mcpUrl, ping, as(who)),
      '1',
      new RegExp(`${max} calls .*Wait for some`),
    );
    expect((await post(app.mcpUrl, ping, as('bea'))).status).toBe(200);
    // A user may be named like a service.
    expect((await post(app.mcpUrl, ping, as('namesake'))).status).toBe(200);
    release();
    for (const { status } of await Promise.all(calls)) expect(status).toBe(200);
    expect((await post(app.mcpUrl, ping, as(who))).status).toBe(200);
  });

  it('are those of all clients of a user, of both eras', async () => {
    await begin('ann-one', 2);
    const modern = await connectModern(app.mcpUrl, 'ann-two');
    const third = modern.callTool({ name: 'wait' });
    await expect.poll(() => running, PATIENT).toBe(3);
    await expect(modern.listTools()).rejects.toThrow(/429|Too many calls/);
    expect((await post(app.mcpUrl, ping, as('ann-three'))).status).toBe(429);
    release();
    await third;
    await modern.close();
  });

  it('one that is refused is in the log, with its caller', async () => {
    await begin('ann', 3);
    await post(app.mcpUrl, ping, as('ann'));
    expect(app.logs.at(-1)).toMatchObject({ msg: 'request', route: '/mcp', status: 429, caller: 'ann' });
  });

  it('a call whose client leaves makes room, also before its body has arrived', async () => {
    const headers = { ...as('ann'), 'Content-Type': 'application/json', 'Content-Length': 100 };
    const sent: ClientRequest[] = [];
    for (let count = 0; count < 3; count += 1) {
      const slow = request(app.mcpUrl, { method: 'POST', headers }).on('error', () => {});
      slow.flushHeaders();
      sent.push(slow);
    }
    const status = async () => (await post(app.mcpUrl, ping, as('ann'))).status;
    await expect.poll(status, PATIENT).toBe(429);
    for (const slow of sent) slow.destroy();
    await expect.poll(status, PATIENT).toBe(200);
  });

  it('requests in one go on a connection that is then closed make room', async () => {
    const body = JSON.stringify(call());
    const head = `POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ann\r\nContent-Type: application/json\r\n`;
    const accept = 'Accept: application/json, text/event-stream\r\n';
    const socket = connect(Number(new URL(app.listening).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`${head}${accept}Content-Length: ${body.length}\r\n\r\n${body}`.repeat(3));
    const status = async () => (await post(app.mcpUrl, ping, as('ann'))).status;
    await expect.poll(status, PATIENT).toBe(429);
    socket.destroy();
    await expect.poll(async () => (await post(app.mcpUrl, three, as('ann'))).status, PATIENT).toBe(200);
  });

  it('each message of a batch is one', async () => {
    await begin('ann', 1);
    expect((await post(app.mcpUrl, [ping, { ...ping, id: 2 }], as('ann'))).status).toBe(200);
    await expectTooMany(await post(app.mcpUrl, three, as('ann')), '1', /^Too many calls: 3 /);
    const batch = post(app.mcpUrl, [call(1), call(2)], as('ann'));
    await expect.poll(() => running, PATIENT).toBe(3);
    expect((await post(app.mcpUrl, ping, as('ann'))).status).toBe(429);
    release();
    expect((await batch).status).toBe(200);
    expect((await post(app.mcpUrl, three, as('ann'))).status).toBe(200);
  });

  it('are counted together on both transports, and cancelling makes room', async () => {
    await begin('ann', 1);
    const stream = await openStream(app.url, as('ann'));
    for (const id of [1, 2]) expect((await stream.send(call(id))).status).toBe(202);
    await expect.poll(() => running, PATIENT).toBe(3);
    await expectTooMany(await stream.send(call(3)), '1', /^Too many calls: 3 /);
    expect((await post(app.mcpUrl, ping, as('ann'))).status).toBe(429);
    const cancelled = { method: 'notifications/cancelled', params: { requestId: 1 } };
    expect((await stream.send(cancelled)).status).toBe(202);
    expect((await post(app.mcpUrl, ping, as('ann'))).status).toBe(200);
    stream.drop();
    await expect.poll(() => running, PATIENT).toBe(1);
    const two = [1, 2].map((id) => ({ ...ping, id }));
    expect((await post(app.mcpUrl, two, as('ann'))).status).toBe(200);
  });
});

describe('streams at once', () => {
  it('have a limit for each caller on both transports together, do not count as calls, and make room when they end', async () => {
    const streams = [await listen('ann'), await listen('ann')];
    for (const { answer } of streams) expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const old = await openStream(app.url, as('ann'));
    await expectTooMany((await listen('ann')).answer, '30', /^Too many streams: 3 .*Close one/);
    const refused = await fetch(`${app.url}/sse`, { headers: as('ann') });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30']);
    const other = await listen('bea');
    expect(other.answer.status).toBe(200);
    streams[0]?.drop();
    await expect
      .poll(async () => {
        streams.push(await listen('ann'));
        return streams.at(-1)?.answer.status;
      }, PATIENT)
      .toBe(200);
    await begin('ann', 3);
    // A stopping server does not wait for streams.
    release();
    await app.drain();
    for (const { drop } of [...streams, old, other]) drop();
  });
});

it('streams of both transports are limited over all callers, and another one may come when one ends', async () => {
  const old = await openStream(app.url, as('ann'));
  const streams = [old, await listen('ann'), await listen('bea'), await listen('bea'), await listen('cat')];
  expect(streams).toHaveLength(STREAMS);
  await expectTooMany((await listen('dan')).answer, '30', /^Too many streams: /);
  expect((await fetch(`${app.url}/sse`, { headers: as('dan') })).status).toBe(429);
  old.drop();
  await expect
    .poll(async () => {
      streams.push(await listen('dan'));
      const { answer } = streams.at(-1) as Awaited<ReturnType<typeof listen>>;
      return answer.status;
    }, PATIENT)
    .toBe(200);
  for (const { drop } of streams) drop();
});
