import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';

/** Does something to a request on its way, and never answers it. */
export type Step = (req: IncomingMessage, res: ServerResponse) => void;

/** Makes a step a middleware of Express. */
export function middleware(step: Step): RequestHandler {
  return (req, res, next) => {
    step(req, res);
    next();
  };
}
