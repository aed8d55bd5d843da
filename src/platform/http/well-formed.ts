import { buffer } from 'node:stream/consumers';
import type { RequestHandler } from 'express';
import { wellFormed, wellFormedJson } from '../well-formed.js';

/**
 * Replaces half surrogate pairs in a parsed body with U+FFFD, so that none gets into arguments, ids, the store or an
 * answer. JSON can carry them as escapes, and no other format of a body can.
 */
export const wellFormedBody: RequestHandler = (req, _res, next) => {
  req.body = wellFormed(req.body);
  next();
};

/**
 * Replaces half surrogate pairs in an answer, which handlers make when they cut a text. Streams stay streams. Of anything
 * else the length is known, and sent.
 *
 * The body can be read only chunk by chunk then, as the SDK does. A `TransformStream` and a second `Response` would allow
 * more, and take several times as long as everything else that is done with the body.
 */
export async function wellFormedResponse(response: Response): Promise<Response> {
  const { body, headers } = response;
  if (body === null) return response;
  const chunks = clean(body);
  if (headers.get('content-type')?.startsWith('text/event-stream'))
    return Object.defineProperty(response, 'body', { value: chunks });
  const whole = await buffer(chunks);
  headers.set('content-length', String(whole.byteLength));
  return Object.defineProperty(response, 'body', { value: [whole] });
}

/** Every chunk is a whole message, so an escape is never divided between two. */
async function* clean(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    yield bytes.includes('\\ud') ? Buffer.from(wellFormedJson(bytes.toString())) : chunk;
  }
}
