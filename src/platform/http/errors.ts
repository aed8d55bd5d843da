import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { Logger } from '../logger.js';
import { localsOf } from './request-locals.js';

/**
 * Answers with the error shape of OAuth (RFC 6749 section 5.2), which every route but `/mcp` uses.
 *
 * @param error a short machine-readable code
 * @param description what went wrong and what to do next, for a person
 */
export function sendError(res: Response, status: number, error: string, description: string): void {
  // The type is set anew, because a route that failed half-way may have announced that of a file.
  res
    .status(status)
    .set('Cache-Control', 'no-store')
    .type('json')
    .json({ error, error_description: description });
}

/** What an answer depends on does not answer right now, such as a user directory or an identity provider. */
export class UnavailableError extends Error {
  /** @param message what is missing, for whoever asked; it never names hosts or other internals */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnavailableError';
  }
}

/** 503 with `Retry-After`: trying again is right, signing in again is not. */
export function sendUnavailable(res: Response, { message }: UnavailableError): void {
  res.set('Retry-After', '30');
  sendError(res, 503, 'temporarily_unavailable', `${message}. Try again in a minute.`);
}

/** Answers with a JSON-RPC error that belongs to no request id, the shape of `/mcp`. */
export function sendRpcError(res: Response, status: number, code: number, message: string): void {
  res.status(status).json({ jsonrpc: '2.0', error: { code, message }, id: null });
}

/** The last route: nothing here, said as JSON so that no client has to parse a page. */
export const notFound: RequestHandler = (_req, res) => {
  sendError(res, 404, 'not_found', 'There is nothing at this address. The MCP endpoint is POST /mcp.');
};

/** What body parsers and routers throw: a status, and whether its message may be shown. */
interface HttpError extends Error {
  status: number;
  type?: string;
}

/** The last error handler: expected request faults keep their status, anything else is logged and hidden. */
export function errorHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent) return next(error);
    const status = isHttpError(error) ? error.status : 500;
    if (status < 500)
      return sendError(res, status, 'invalid_request', describeRequestFault(error as HttpError));
    sendError(res, 500, 'server_error', logServerFault(logger, error, req, res));
  };
}

/** Logs an unexpected failure with its stack, and gives the words that may leave the server. */
export function logServerFault(logger: Logger, error: unknown, req: Request, res: Response): string {
  const { requestId } = localsOf(res);
  logger.error({ err: error, requestId, path: req.path }, 'request failed');
  return `The server failed to answer. Tell its operator this reference: ${requestId}`;
}

/** A request fault in words that never repeat the input. */
export function describeRequestFault(error: { status: number; type?: string }): string {
  if (error.status === 413) return 'The request body is too large';
  if (error.type === 'entity.parse.failed') return 'The request body could not be parsed';
  return 'The request could not be read';
}

/** Whether an error is a fault of the request, as express and its parsers mark them. */
export function isHttpError(error: unknown): error is HttpError {
  return error instanceof Error && 'status' in error && typeof error.status === 'number';
}
