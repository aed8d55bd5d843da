import type { RequestHandler, Response } from 'express';
import { sendError } from './errors.js';

interface MethodOptions {
  /** Whether `HEAD` is allowed. Defaults to true for `GET` routes; turn it off for streams, which never end. */
  head?: boolean;
  /** Sends the 405 in a format other than the OAuth error. */
  refuse?: (res: Response, message: string) => void;
}

/**
 * Refuses all other methods with 405 and `Allow` (RFC 9110 section 15.5.6). `OPTIONS` passes: where other origins may
 * call, `cors` has already answered it, and Express answers the rest.
 *
 * @param methods the methods the route serves
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
