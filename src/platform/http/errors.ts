import type { Response } from 'express';

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

/** Answers with a JSON-RPC error that belongs to no request id, the shape of `/mcp`. */
export function sendRpcError(res: Response, status: number, code: number, message: string): void {
  res.status(status).json({ jsonrpc: '2.0', error: { code, message }, id: null });
}

/** Something an answer depends on is down, such as a user directory or an identity provider. */
export class UnavailableError extends Error {
  /** @param message what is missing, for whoever asked; it never names hosts or other internals */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnavailableError';
  }
}

/** Seconds until a client should try again what is unavailable now. */
export const RETRY_AFTER = 30;

/** 503 with `Retry-After`: trying again is right, signing in again is not. */
export function sendUnavailable(res: Response, { message }: UnavailableError): void {
  res.set('Retry-After', String(RETRY_AFTER));
  sendError(res, 503, 'temporarily_unavailable', `${message}. Try again in a minute.`);
}

/** What body parsers and routers throw: a status, and a type such as `entity.parse.failed`. */
interface HttpError extends Error {
  status: number;
  type?: string;
}

/** Whether an error is a fault of the request, as express and its parsers mark them. */
export function isHttpError(error: unknown): error is HttpError {
  return error instanceof Error && 'status' in error && typeof error.status === 'number';
}

/** A request fault in words that never repeat the input. */
export function describeRequestFault(error: Pick<HttpError, 'status' | 'type'>): string {
  if (error.status === 413) return 'The request body is too large';
  if (error.type === 'entity.parse.failed') return 'The request body could not be parsed';
  return 'The request could not be read';
}
