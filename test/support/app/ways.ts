import { expect } from 'vitest';
import { isRecord } from '../../../src/platform/json.js';
import type { TestApp } from './app.js';
import { MODERN_META, post } from './clients.js';
import { openStream } from './sse.js';

/** A JSON-RPC answer, however it arrived. */
export interface Answer {
  result?: Record<string, unknown>;
  error?: { code: number; message: string; data?: unknown };
}

/** Sends one request, and returns its answer. */
type Ask = (app: TestApp, method: string, params?: unknown) => Promise<Answer>;

const request = (method: string, params: unknown) => ({
  jsonrpc: '2.0',
  id: 1,
  method,
  ...(params !== undefined && { params }),
});

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  return JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? text);
}

/** Sends the headers that a request of 2026-07-28 repeats its name in. */
function modernHeaders(method: string, params: Record<string, unknown>): Record<string, string> {
  const name = params['name'] ?? params['uri'];
  return {
    'Mcp-Protocol-Version': '2026-07-28',
    'Mcp-Method': method,
    ...(typeof name === 'string' && { 'Mcp-Name': name }),
  };
}

/** Sends one request to `/mcp`. */
type Send = (
  app: TestApp,
  method: string,
  params?: unknown,
  headers?: Record<string, string>,
) => Promise<Response>;

const send2025: Send = (app, method, params, headers) => post(app.mcpUrl, request(method, params), headers);

const send2026: Send = (app, method, params, headers) => {
  const given = isRecord(params) ? params : {};
  const meta = given['_meta'];
  // Params that are not an object are sent as they are. They have no room for what the revision requires.
  const sent =
    isRecord(params) || params === undefined
      ? { ...given, _meta: { ...MODERN_META, ...Object(meta) } }
      : params;
  return post(app.mcpUrl, request(method, sent), { ...modernHeaders(method, given), ...headers });
};

/** Both eras of `/mcp`, for tests of the HTTP answer. */
export const ERAS: [string, Send][] = [
  ['in 2025-11-25', send2025],
  ['in 2026-07-28', send2026],
];

const asking =
  (send: Send): Ask =>
  async (...call) =>
    read(await send(...call));

const askOverSse: Ask = async (app, method, params) => {
  const stream = await openStream(app.url);
  try {
    const response = await stream.send(request(method, params));
    if (response.status !== 202) return await read(response);
    const text = await stream.read('"id":1');
    const [, data = ''] = /^event: message\ndata: (.*)$/m.exec(text) ?? [];
    return JSON.parse(data);
  } finally {
    stream.drop();
  }
};

/** The three ways a client can ask: both eras of `/mcp`, and the old transport. */
export const WAYS: [string, Ask][] = [
  ['in 2025-11-25', asking(send2025)],
  ['in 2026-07-28', asking(send2026)],
  ['over /sse', askOverSse],
];

/** Asks in every way, expects the same answer each time, and returns it without what only one era adds. */
export async function askEveryWay(app: TestApp, method: string, params?: unknown): Promise<Answer> {
  const answers = [];
  for (const [, ask] of WAYS) {
    const { result, error } = await ask(app, method, params);
    const { _meta, resultType, ttlMs, cacheScope, ...rest } = result ?? {};
    answers.push(error ? { error } : { result: rest });
  }
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
  return answers[0] as Answer;
}
