import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Config } from '../config/config.js';
import { logText } from '../log-text.js';
import type { Logger } from '../logger.js';
import {
  describeRequestFault,
  isHttpError,
  StoreUnavailableError,
  sendError,
  sendUnavailable,
  UnavailableError,
} from './errors.js';
import { localsOf } from './request-locals.js';
import { pathOf } from './request-log.js';

/** Answers 404 as the last route. Names the endpoint, because some clients are given the bare origin and ask there. */
export function notFound({ publicUrl }: Pick<Config, 'publicUrl'>): RequestHandler {
  const description = `There is nothing at this address. The MCP endpoint is POST ${publicUrl}/mcp.`;
  return (_req, res) => sendError(res, 404, 'not_found', description);
}

/**
 * Creates the last error handler. Request faults keep their status, `UnavailableError` becomes 503 with `Retry-After`,
 * and anything else is logged and masked. An answer that has begun is cut off unless it is complete. Express would cut off
 * both, and write the stack to standard error.
 */
export function errorHandler(logger: Logger): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (error: unknown, req, res, _next) => {
    if (res.headersSent) {
      // The error of a request that never arrived says nothing more.
      if (req.complete && !isHttpError(error)) logServerFault(logger, error, req, res);
      if (!res.writableEnded) res.destroy();
      return;
    }
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

/** Logs an unexpected failure with its stack, and returns a message that is safe to send. */
export function logServerFault(
  logger: Logger,
  error: unknown,
  req: IncomingMessage,
  res: ServerResponse,
): string {
  const { requestId } = localsOf(res);
  logger.error({ err: error, requestId, path: pathOf(req) }, 'request failed');
  return `The server failed to answer. Tell its operator this reference: ${requestId}`;
}

/** Logs that a dependency is down, with the cause. */
export function logUnavailable(
  logger: Logger,
  error: UnavailableError,
  req: IncomingMessage,
  res: ServerResponse,
): void {
  logger.error({ ...causeOf(error), requestId: localsOf(res).requestId, path: pathOf(req) }, 'unavailable');
}

/**
 * Returns what a log line says of a dependency that is down. Of the database it is one line without stacks, because every
 * call of an outage writes it, and its place in the code says nothing.
 */
export function causeOf(error: UnavailableError): object {
  if (!(error instanceof StoreUnavailableError)) return { err: error };
  const causes: string[] = [];
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    // Node says nothing of its own when every address of a host refused.
    causes.push(cause.message || String(Object(cause).code ?? cause.name));
  }
  return { reason: error.message, cause: logText(causes.join(': '), MAX_CAUSE) };
}

/** The longest cause in a log line, in characters. */
const MAX_CAUSE = 400;
