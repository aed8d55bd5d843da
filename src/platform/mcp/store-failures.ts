import {
  isJSONRPCErrorResponse,
  type JSONRPCMessage,
  ProtocolError,
  type RequestId,
} from '@modelcontextprotocol/server';
import type { StoreUnavailableError } from '../http/errors.js';

/** The requests of one HTTP request that failed because of the database, by their JSON-RPC ids. */
export type StoreFailures = Map<RequestId, StoreUnavailableError>;

/** The code of JSON-RPC errors for which the protocol has none. */
export const SERVER_ERROR = -32000;

/** Makes the JSON-RPC error that tells a client to try again. */
export function storeFailure({ advice }: StoreUnavailableError): ProtocolError {
  return new ProtocolError(SERVER_ERROR, advice);
}

/**
 * Turns an answer into 503 with `Retry-After` when the database kept every request in it from being answered. The SDK
 * sends the error of a handler with 200, and in the 2025 era begins the answer before the handler has run. So the answer
 * is held until its first message. Once something else was sent, such as progress or the result of another message of a
 * batch, the errors stay in the answer.
 */
export async function orUnavailable(
  response: Response,
  failures: StoreFailures,
  isBatch: boolean,
): Promise<Response> {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  // Anything but a stream is complete, and says how it ended.
  if (response.body === null || (!isStream && failures.size === 0)) return response;
  const chunks = response.body[Symbol.asyncIterator]();
  const held: Uint8Array[] = [];
  const errors: JSONRPCMessage[] = [];
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    held.push(next.value);
    const messages = failures.size === 0 ? [] : messagesOf(next.value, isStream);
    if (messages.length === 0 || !messages.every((message) => isFailure(message, failures)))
      return withBody(response, resumed(held, chunks));
    errors.push(...messages);
  }
  const [first] = failures.values();
  if (errors.length === 0 || first === undefined) return withBody(response, resumed(held, chunks));
  return Response.json(isBatch ? errors : errors[0], {
    status: 503,
    headers: { 'Retry-After': String(first.retryAfter) },
  });
}

/** Reads the messages of a chunk, which are whole. A comment that keeps a connection alive has none. */
function messagesOf(chunk: Uint8Array, isStream: boolean): JSONRPCMessage[] {
  const text = new TextDecoder().decode(chunk);
  const documents = isStream ? Array.from(text.matchAll(/^data: (.*)$/gm), ([, data]) => data ?? '') : [text];
  return documents.flatMap((json) => JSON.parse(json));
}

function isFailure(message: JSONRPCMessage, failures: StoreFailures): boolean {
  return isJSONRPCErrorResponse(message) && message.id !== undefined && failures.has(message.id);
}

/** Puts other chunks into an answer. It can be read only chunk by chunk then, like that of `wellFormedResponse`. */
function withBody(response: Response, chunks: AsyncIterable<Uint8Array>): Response {
  return Object.defineProperty(response, 'body', { value: chunks, configurable: true });
}

async function* resumed(
  held: Uint8Array[],
  rest: AsyncIterableIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* held;
    yield* rest;
  } finally {
    await rest.return?.();
  }
}
