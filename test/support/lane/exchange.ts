import { expect, vi } from 'vitest';
import type { TestApp } from '../app/app.js';
import type { Pair } from './pair.js';
import { RawConnection, type WireAnswer } from './raw-connection.js';
import type { Sent } from './requests.js';

/** How several requests follow each other. */
export const WAYS = ['alone', 'in a row', 'pipelined', 'at once'] as const;
type Way = (typeof WAYS)[number];

/** A request with its answer, unless the server closed the connection instead. */
interface Exchange {
  request: Sent;
  answer: WireAnswer | undefined;
}

/**
 * Sends the same requests to both servers in the same way, and expects the same answers and log lines. Returns those of the
 * server with the fast lane.
 */
export async function expectSame(pair: Pair, requests: Sent[], way: Way = 'alone'): Promise<Exchange[]> {
  const { fast, slow } = pair;
  const from = [fast.logs.length, slow.logs.length] as const;
  const [quick, usual] = await Promise.all([fast, slow].map((app) => send(app, pair, requests, way)));
  expect(quick?.map(textOf)).toEqual(usual?.map(textOf));
  await vi.waitFor(
    () => {
      for (const { answer } of quick ?? []) {
        if (requestIdOf(answer) !== undefined) expect(lineOf(fast, answer)).toBeDefined();
      }
      expect(linesOf(fast, from[0])).toEqual(linesOf(slow, from[1]));
    },
    { timeout: 3000, interval: 2 },
  );
  return quick ?? [];
}

/** Returns the line of the request log for an answer. */
export function lineOf(app: TestApp, answer: WireAnswer | undefined): Record<string, unknown> | undefined {
  const requestId = requestIdOf(answer);
  return app.logs.findLast((line) => line['msg'] === 'request' && line['requestId'] === requestId);
}

function requestIdOf(answer: WireAnswer | undefined): string | undefined {
  return answer?.headers.find((line) => line.startsWith('X-Request-Id: '))?.slice('X-Request-Id: '.length);
}

/** Writes log lines without what differs from one request to the next, and from one way to the other. */
export function linesOf({ logs }: TestApp, from: number): string[] {
  return logs
    .slice(from)
    .map(({ time, requestId, durationMs, lane, reference, err, ...line }) => {
      const { stack: _stack, ...error } = Object(err);
      return masked(
        JSON.stringify({ ...line, hasId: requestId !== undefined, ...(err ? { err: error } : {}) }),
      );
    })
    .sort();
}

async function send(app: TestApp, { values }: Pair, requests: Sent[], way: Way): Promise<Exchange[]> {
  const port = Number(new URL(app.listening).port);
  const alone = async (request: Sent) => {
    const connection = await RawConnection.open(port);
    await connection.send(bytesOf(request, values), request.parts);
    const answer = await connection.answer(expectedOf(request));
    connection.drop();
    return { request, answer };
  };
  if (way === 'at once') return Promise.all(requests.map(alone));
  const exchanges: Exchange[] = [];
  if (way === 'alone') {
    for (const request of requests) exchanges.push(await alone(request));
    return exchanges;
  }
  if (way === 'pipelined') {
    const together = requests.filter(mayBeFollowed);
    const connection = await RawConnection.open(port);
    await connection.send(Buffer.concat(together.map((request) => bytesOf(request, values))));
    for (const request of together) {
      exchanges.push({ request, answer: await connection.answer(expectedOf(request)) });
    }
    connection.drop();
    return exchanges;
  }
  let connection: RawConnection | undefined;
  for (const request of requests) {
    connection ??= await RawConnection.open(port);
    await connection.send(bytesOf(request, values), request.parts);
    const answer = await connection.answer(expectedOf(request));
    exchanges.push({ request, answer });
    const goesOn =
      mayBeFollowed(request) && answer?.headers.every((line) => !/^connection: close/i.test(line));
    if (goesOn) continue;
    connection.drop();
    connection = undefined;
  }
  connection?.drop();
  return exchanges;
}

/** Checks whether the connection can be used again: the request has a clear end, and the answer has one. */
const mayBeFollowed = (request: Sent) => request.tidy && !isEndless(request);
const isEndless = ({ body }: Sent) => body.includes('subscriptions/listen');
const expectedOf = (request: Sent) => ({ head: request.method === 'HEAD', endless: isEndless(request) });

/** Returns the bytes of a request, with the values of its names in braces. */
export function bytesOf({ head, body }: Sent, values: Record<string, string>): Buffer {
  const filled = head.replace(/\{(\w+)\}/g, (text, name) => values[name] ?? text);
  return Buffer.concat([Buffer.from(filled), body]);
}

/** Writes an answer as text that can be compared: all of it, but what is made anew each time. */
function textOf({ answer }: Exchange): string {
  if (answer === undefined) return 'the connection was closed';
  const { interim, status, headers, body } = answer;
  const shown = headers.map((line) => line.replace(/^(Date|X-Request-Id): .+/, '$1: *'));
  return masked([...interim, status, ...shown, '', body.toString('latin1')].join('\n'));
}

/** Masks references to log lines, and sealed states. */
function masked(text: string): string {
  return text
    .replace(/(this reference: )[\da-f]{12}/g, '$1*')
    .replace(/(requestState\\*":\\*")[^"\\]+/g, '$1*');
}
