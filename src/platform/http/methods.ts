import type { RequestHandler, Response } from 'express';
import { sendError } from './errors.js';

interface MethodOptions {
  /** Whether a route of `GET` answers `HEAD`, too, as Express does by itself. A stream has no end to wait for. */
  head?: boolean;
  /** Answers with 405 in another shape than the error of OAuth. */
  refuse?: (res: Response, message: string) => void;
}

/**
 * Refuses every method but these with 405 and `Allow` (RFC 9110 section 15.5.6). `OPTIONS` passes: where other origins
 * may call, CORS has answered it before, and Express answers the rest.
 *
 * @param methods what the route serves
 */
export function allowMethods(methods: string[], options: MethodOptions = {}): RequestHandler {
  const {
    head = methods.includes('GET'),
    refuse = (res, message) => sendError(res, 405, 'invalid_request', message),
  } = options;
  const allowed = new Set([...methods, 'OPTIONS', ...(head ? ['HEAD'] : [])]);
  return (req, res, next) => {
    if (allowed.has(req.method)) return next();
    res.set('Allow', [...methods, 'OPTIONS'].join(', '));
    refuse(res, `Only ${methods.join(' and ')} ${methods.length === 1 ? 'is' : 'are'} served here`);
  };
}
