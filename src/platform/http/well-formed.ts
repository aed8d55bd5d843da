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

/** Replaces half surrogate pairs in an answer, which handlers make when they cut a text. Streams stay streams. */
export function wellFormedResponse(response: Response): Response {
  const body = response.body?.pipeThrough(new TransformStream<Uint8Array, Uint8Array>({ transform: clean }));
  if (body === undefined) return response;
  const { status, headers } = response;
  return new Response(body, { status, headers });
}

/** Every chunk is a whole message, so an escape is never divided between two. */
function clean(chunk: Uint8Array, controller: TransformStreamDefaultController<Uint8Array>): void {
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  controller.enqueue(bytes.includes('\\ud') ? Buffer.from(wellFormedJson(bytes.toString())) : chunk);
}
