import type { RequestHandler, Response } from 'express';
import { sendError } from './errors.js';

/**
 * Refuses every method but those with 405 and `Allow` (RFC 9110 section 15.5.6). `OPTIONS` is the business of CORS.
 *
 * @param methods what the route serves
 * @param refuse answers in another shape than the error of OAuth
 */
export function allowMethods(
  methods: string[],
  refuse: (res: Response, message: string) => void = (res, message) =>
    sendError(res, 405, 'invalid_request', message),
): RequestHandler {
  const allowed = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
  return (req, res, next) => {
    if (allowed.includes(req.method)) return next();
    res.set('Allow', [...methods, 'OPTIONS'].join(', '));
    refuse(res, `Only ${methods.join(' and ')} is served here`);
  };
}
