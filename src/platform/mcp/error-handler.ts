import type { ErrorRequestHandler } from 'express';
import { logServerFault, logUnavailable } from '../http/error-handler.js';
import { isHttpError, sendRpcError, UnavailableError } from '../http/errors.js';
import type { Logger } from '../logger.js';
import { idOf } from './request-body.js';
import { SERVER_ERROR } from './store-failures.js';

/**
 * Creates the error handler of the routes that are sent JSON-RPC messages. What fails before the message reaches the SDK,
 * such as the check of the caller, is answered as one JSON-RPC error. The id is null while the body has not been read.
 */
export function rpcErrorHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent || (isHttpError(error) && error.status < 500)) return next(error);
    const id = idOf(req.body);
    if (error instanceof UnavailableError) {
      logUnavailable(logger, error, req, res);
      res.set('Retry-After', String(error.retryAfter));
      sendRpcError(res, 503, SERVER_ERROR, error.advice, id);
    } else {
      sendRpcError(res, 500, -32603, logServerFault(logger, error, req, res), id);
    }
  };
}
