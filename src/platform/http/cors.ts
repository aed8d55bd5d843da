import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import type { OriginCheck } from './origin-guard.js';

const ALLOWED_HEADERS = [
  'Authorization',
  'Content-Type',
  'Accept',
  'Mcp-Protocol-Version',
  'Mcp-Session-Id',
  'Mcp-Method',
  'Mcp-Name',
  'Last-Event-ID',
  'traceparent',
  'tracestate',
  'baggage',
].join(', ');
const EXPOSED_HEADERS = 'WWW-Authenticate, Mcp-Session-Id, Retry-After, X-Request-Id';

/**
 * Lets pages of allowed origins read the answers, and answers their preflight requests. Preflight requests carry no
 * credentials, so mount this before any sign-in check. Without `isAllowed` every origin is allowed. That is right for
 * public documents and for endpoints that use no cookies, and wrong for pages people see.
 *
 * @param methods the methods the route serves, such as `GET` or `GET, POST`
 */
export function cors(methods: string, isAllowed?: OriginCheck): RequestHandler {
  return (req, res, next) => {
    setCorsHeaders(req, res, isAllowed);
    if (req.method !== 'OPTIONS') return next();
    res.set({
      'Access-Control-Allow-Methods': `${methods}, OPTIONS`,
      'Access-Control-Allow-Headers': ALLOWED_HEADERS,
      'Access-Control-Max-Age': '86400',
      Allow: `${methods}, OPTIONS`,
    });
    res.status(204).end();
  };
}

/** Sets what lets a page of an allowed origin read an answer, as `cors` does. */
export function setCorsHeaders(req: IncomingMessage, res: ServerResponse, isAllowed?: OriginCheck): void {
  const { origin } = req.headers;
  if (isAllowed) res.setHeader('Vary', 'Origin');
  if (!isAllowed) res.setHeader('Access-Control-Allow-Origin', '*');
  else if (origin !== undefined && isAllowed(origin)) res.setHeader('Access-Control-Allow-Origin', origin);
  res.setHeader('Access-Control-Expose-Headers', EXPOSED_HEADERS);
}
