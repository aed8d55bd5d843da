import { isDeepStrictEqual } from 'node:util';
import { Connection, type RawAnswer } from './load/connection.js';
import type { Call } from './load/plan.js';
import { checkAnswer, requestOf } from './load/run-window.js';

/** What a JSON-RPC answer to a call may have. */
interface Message {
  jsonrpc?: string;
  id?: number;
  error?: unknown;
  result?: {
    isError?: boolean;
    content?: { type: string; text: string }[];
    structuredContent?: unknown;
  };
}

/**
 * Sends one request, and checks the whole answer. While many are sent, each is only searched for a text.
 *
 * @throws when the answer is not right
 */
export async function checkFirstAnswer(port: number, call: Call): Promise<void> {
  // What carries something over can be sent once, so the generator is the first to send it.
  if (call.carry !== undefined) return;
  const connection = new Connection(port);
  try {
    const answer = await connection.send(requestOf(call, ''));
    checkAnswer(call, answer);
    if (call.body !== '') checkMessage(answer);
  } finally {
    connection.close();
  }
}

/** @throws when a JSON-RPC answer, by itself or in an event stream, is not one to the request */
export function checkMessage({ body }: RawAnswer): void {
  const { jsonrpc, id, error, result } = JSON.parse(/^data: (.*)$/m.exec(body)?.[1] ?? body) as Message;
  const { content, structuredContent, isError } = result ?? {};
  const isAnswer =
    jsonrpc === '2.0' && id === 1 && error === undefined && result !== undefined && isError !== true;
  // A server must repeat structured content as text, for clients that do not read it.
  const agrees =
    structuredContent === undefined ||
    isDeepStrictEqual(JSON.parse(content?.[0]?.text ?? 'null'), structuredContent);
  if (!isAnswer || !agrees) throw new Error(`Wrong answer: ${body.slice(0, 500)}`);
}
