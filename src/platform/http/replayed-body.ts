import { Readable } from 'node:stream';
import type { Request, RequestHandler } from 'express';
import { localsOf } from './request-locals.js';

/**
 * Lets a body parser read a body that has already been read off the connection, and is in the request's locals. It gets the
 * same bytes under the same headers, so that the result or the error is the same, whatever they are.
 */
export function orReplayed(parser: RequestHandler): RequestHandler {
  return (req, res, next) => {
    const { bytes } = localsOf(res);
    if (bytes === undefined) return parser(req, res, next);
    // All that a parser knows of a request is its stream and its headers.
    const replayed = Object.assign(Readable.from([bytes]), { headers: req.headers }) as unknown as Request;
    parser(replayed, res, (error) => {
      req.body = replayed.body;
      next(error);
    });
  };
}
