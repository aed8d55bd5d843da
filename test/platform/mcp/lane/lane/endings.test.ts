import { afterEach, describe, expect, it, vi } from 'vitest';
import type { TestApp } from '../../../../support/app/app.js';
import { onlyOnFile } from '../../../../support/app/database.js';
import { type FailingStore, failingStore } from '../../../../support/app/failing-store.js';
import type { Message } from '../../../../support/lane/asked.js';
import { bytesOf, expectSame, linesOf } from '../../../../support/lane/exchange.js';
import { type Meant, meantIn } from '../../../../support/lane/messages.js';
import { type Pair, startPair } from '../../../../support/lane/pair.js';
import { RawConnection } from '../../../../support/lane/raw-connection.js';
import { written } from '../../../../support/lane/requests.js';
import { waiting } from '../../../../support/lane/tools.js';

let pair: Pair;
afterEach(() => pair?.stop());
async function start(...options: Parameters<typeof startPair>): Promise<void> {
  onlyOnFile('A proxy in front hides what a server sends.');
  pair = await startPair(...options);
}

const ERAS: Meant['era'][] = ['2025', '2026'];
const METAS: Message[] = [{}, { progressToken: 'p' }];
const call = (era: Meant['era'], name: string, args: Message = {}, meta: Message = {}, id: unknown = 1) =>
  meantIn(era, { method: 'tools/call', params: { name, arguments: args } }, { meta, id });

/** Begins a call of the tool that waits. Resolves once it runs. */
async function begin(app: TestApp, meant: (mark: string) => Meant, caller = 'service') {
  const mark = crypto.randomUUID();
  const told: Partial<Record<'begun' | 'stopped', (value?: unknown) => void>> = {};
  const begun = new Promise<unknown>((resolve) => {
    told.begun = resolve;
  });
  const stopped = new Promise<unknown>((resolve) => {
    told.stopped = resolve;
  });
  waiting.set(mark, (what, value) => told[what]?.(value));
  const connection = await RawConnection.open(Number(new URL(app.listening).port));
  await connection.send(bytesOf(written(meant(mark), caller), pair.values));
  await begun;
  return { connection, stopped };
}

/** Expects that both servers have logged the same, once each has this many lines of requests. */
const expectSameLines = (requests: number) =>
  vi.waitFor(() => {
    const count = ({ logs }: TestApp) =>
      logs.filter(({ msg, rpcMethod }) => msg === 'request' && rpcMethod).length;
    expect([count(pair.fast), count(pair.slow)]).toEqual([requests, requests]);
    expect(linesOf(pair.fast, 0)).toEqual(linesOf(pair.slow, 0));
  });

const both = <T>(run: (app: TestApp) => Promise<T>) => Promise.all([run(pair.fast), run(pair.slow)]);

describe.each(ERAS)('a client of %s', (era) => {
  it('that goes away stops its call, and leaves the same lines in the log', async () => {
    await start({ ...NO_SIGN_IN });
    let requests = 0;
    for (const meta of METAS) {
      for (const after of ['throws', 'answers', 'reports']) {
        const [fast, slow] = await both(async (app) => {
          const { connection, stopped } = await begin(app, (mark) =>
            call(era, 'waits', { mark, after }, meta),
          );
          connection.drop();
          return stopped;
        });
        expect(String(fast)).toBe(String(slow));
        requests += 1;
        await expectSameLines(requests);
      }
    }
    await expectSame(pair, [written(call(era, 'context'))]);
  });

  it('that goes away before its body has arrived leaves the same lines', async () => {
    await start({ ...NO_SIGN_IN });
    const request = bytesOf(written(call(era, 'echo')), pair.values);
    await both(async (app) => {
      const connection = await RawConnection.open(Number(new URL(app.listening).port));
      await connection.send(request.subarray(0, request.length - 10));
      connection.end();
      await vi.waitFor(() => expect(app.logs.filter(({ msg }) => msg === 'request')).toHaveLength(1));
      connection.drop();
    });
    expect(linesOf(pair.fast, 0)).toEqual(linesOf(pair.slow, 0));
  });

  it('is told that a tool took too long, whatever the tool still does', async () => {
    await start({ ...NO_SIGN_IN, TOOL_TIMEOUT_MS: '300' });
    for (const meta of METAS) {
      const calls = ['throws', 'answers', 'reports'].map((after, id) =>
        written(call(era, 'waits', { mark: 'none', after }, meta, id)),
      );
      await expectSame(pair, calls, 'at once');
    }
  });

  it('has as many calls at once as the limit allows, and gets them back', async () => {
    await start({ MAX_CALLS_PER_USER: '1' });
    const next = written(call(era, 'context'), 'ann');
    const running = await both((app) => begin(app, (mark) => call(era, 'waits', { mark }), 'ann'));
    const [refused] = await expectSame(pair, [next]);
    expect(refused?.answer?.status).toBe('HTTP/1.1 429 Too Many Requests');
    await expectSame(pair, [written(call(era, 'context'), 'bea')]);
    for (const { connection } of running) connection.drop();
    await Promise.all(running.map(({ stopped }) => stopped));
    await vi.waitFor(async () => {
      const [admitted] = await expectSame(pair, [next]);
      expect(admitted?.answer?.status).toBe('HTTP/1.1 200 OK');
    });
  });

  it('is told that the database is down, before a call runs or in the middle of it', async () => {
    const stores: FailingStore[] = [];
    await start({}, (store) => {
      const failing = failingStore(store);
      stores.push(failing);
      return failing.store;
    });
    for (const store of stores) store.fail();
    for (const meta of METAS) {
      const calls = ['service', 'reports', 'ann', 'forged'].flatMap((caller) =>
        ['notes', 'context'].map((tool) => written(call(era, tool, {}, meta), caller)),
      );
      await expectSame(pair, calls);
    }
    for (const store of stores) store.recover();
    await expectSame(pair, [written(call(era, 'notes'), 'ann')]);
  });
});

/** Leaves out what these tests do not need. */
const NO_SIGN_IN = { AUTH_MODE: 'none', MCP_AUTH_TOKEN: '' };

it('a question is answered in a second round, by the caller who was asked, and in no other way', async () => {
  await start();
  const elicitation = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } };
  const ask = (more: Message, caller = 'ann', tool = 'asks') => {
    const params = { name: tool, arguments: { topic: 'x' }, ...more };
    return written(meantIn('2026', { method: 'tools/call', params }, { meta: elicitation }), caller);
  };
  const [asked] = await expectSame(pair, [ask({})]);
  const { requestState } = JSON.parse(asked?.answer?.body.toString() ?? '').result;
  const accepted = { action: 'accept', content: { name: 'Ada' } };
  const rounds = [
    { requestState, inputResponses: { name: accepted } },
    { requestState, inputResponses: { name: { action: 'decline' } } },
    { requestState, inputResponses: { name: { action: 'accept', content: { name: null } } } },
    { requestState, inputResponses: { other: accepted, wrapped: { method: 'x', result: accepted } } },
    { requestState: `${requestState}x`, inputResponses: { name: accepted } },
    { requestState },
    { inputResponses: { name: accepted } },
  ];
  const [answered] = await expectSame(
    pair,
    rounds.map((round) => ask(round)),
    'in a row',
  );
  expect(answered?.answer?.body.toString()).toContain('Ada');
  await expectSame(pair, [ask({ requestState }, 'bea'), ask({ requestState }, 'ann', 'context')]);
});

it('an address that is longer than the SDK can match ends its request, and not the server', async () => {
  await start({ ...NO_SIGN_IN });
  const read = (name: string) =>
    written(meantIn('2025', { method: 'resources/read', params: { uri: `notes://people/${name}` } }));
  // The second becomes too long as it is spelled.
  await expectSame(pair, ['x'.repeat(1_000_001), '\u00fc'.repeat(200_000), 'ann'].map(read));
});
