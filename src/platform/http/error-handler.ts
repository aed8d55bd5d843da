import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { Logger } from '../logger.js';
import { describeRequestFault, isHttpError, sendError, sendUnavailable, UnavailableError } from './errors.js';
import { localsOf } from './request-locals.js';
import { pathOf } from './request-log.js';

/** The last route: nothing is here, said as JSON so that no client has to parse a page. */
export const notFound: RequestHandler = (_req, res) => {
  sendError(res, 404, 'not_found', 'There is nothing at this address. The MCP endpoint is POST /mcp.');
};

/**
 * The last error handler: faults of the request keep their status, what is down is 503 with `Retry-After`, anything
 * else is logged and hidden.
 */
export function errorHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent) return next(error);
    if (error instanceof UnavailableError) {
      logUnavailable(logger, error, req, res);
      sendUnavailable(res, error);
    } else if (isHttpError(error) && error.status < 500) {
      sendError(res, error.status, 'invalid_request', describeRequestFault(error));
    } else {
      sendError(res, 500, 'server_error', logServerFault(logger, error, req, res));
    }
  };
}

/** Logs an unexpected failure with its stack, and returns the words that may leave the server. */
export function logServerFault(logger: Logger, error: unknown, req: Request, res: Response): string {
  const { requestId } = localsOf(res);
  logger.error({ err: error, requestId, path: pathOf(req) }, 'request failed');
  return `The server failed to answer. Tell its operator this reference: ${requestId}`;
}

/** Logs that something the answer depends on is down, with its cause. */
export function logUnavailable(logger: Logger, error: UnavailableError, req: Request, res: Response): void {
  logger.warn({ err: error, requestId: localsOf(res).requestId, path: pathOf(req) }, 'unavailable');
}
