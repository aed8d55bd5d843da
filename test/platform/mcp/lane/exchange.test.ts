import { createServer } from 'node:http';
import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import { expect, it, onTestFinished } from 'vitest';
import { Exchange } from '../../../../src/platform/mcp/lane/exchange.js';
import { closeServer, listenLocally } from '../../../support/app/port.js';

it.each(['2025', '2026'] as const)('a result that is kept is sent again as it was, in %s', async (era) => {
  const kept: string[] = [];
  const server = createServer((_req, res) => {
    const onResult = (json: string) => void kept.push(json);
    const exchange = new Exchange(res, { era, id: 'a', storeFailures: new Map(), onResult });
    const [known] = kept;
    if (known !== undefined) exchange.sendResult(known);
    else void exchange.send({ jsonrpc: '2.0', id: 'a', result: { tools: [], note: 'half \ud83d' } });
  });
  const url = `http://127.0.0.1:${await listenLocally(server)}`;
  onTestFinished(() => closeServer(server));
  const [first, second] = [await (await fetch(url)).text(), await (await fetch(url)).text()];
  expect(kept).toHaveLength(1);
  expect(first).toContain('half \ufffd');
  expect(second).toBe(first);
});

/** Sends messages as the answer to a request with the id 7, and returns what the client reads. */
async function answered(era: '2025' | '2026', messages: JSONRPCMessage[]): Promise<string> {
  const server = createServer((_req, res) => {
    const exchange = new Exchange(res, { era, id: 7, storeFailures: new Map() });
    for (const message of messages) void exchange.send(message, { relatedRequestId: 7 });
  });
  const url = `http://127.0.0.1:${await listenLocally(server)}`;
  onTestFinished(() => closeServer(server));
  return (await fetch(url)).text();
}

const response: JSONRPCMessage = { result: { a: 1 }, jsonrpc: '2.0', id: 7 };
const failure: JSONRPCMessage = { jsonrpc: '2.0', id: 7, error: { code: -32602, message: 'wrong' } };
const progress: JSONRPCMessage = { jsonrpc: '2.0', method: 'notifications/progress', params: {} };
const event = (message: JSONRPCMessage) => `event: message\ndata: ${JSON.stringify(message)}\n\n`;

it.each([response, failure])('the response is a stream in 2025, and JSON in 2026: %j', async (last) => {
  expect(await answered('2025', [last])).toBe(event(last));
  expect(await answered('2026', [last])).toBe(JSON.stringify(last));
});

it.each(['2025', '2026'] as const)(
  'what comes before the response is on its stream, and what comes after is not sent, in %s',
  async (era) => {
    const sent = [progress, progress, response, progress, failure];
    expect(await answered(era, sent)).toBe([progress, progress, response].map(event).join(''));
  },
);
