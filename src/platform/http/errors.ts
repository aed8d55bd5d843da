import type { Response } from 'express';
import { prefersHtml } from './accept.js';
import { MAX_JSON_DEPTH, TOO_DEEP } from './json-body.js';
import { localsOf } from './request-locals.js';

/**
 * Sends an error in the OAuth format (RFC 6749 section 5.2), which every route but `/mcp` uses, or as a page to people.
 *
 * @param error a short machine-readable code
 * @param description what went wrong and what to do next, for a person
 */
export function sendError(res: Response, status: number, error: string, description: string): void {
  if (sendErrorPage(res, status, description)) return;
  // Resets the type, because a route that failed half-way may have set the type of a file.
  res
    .status(status)
    .set('Cache-Control', 'no-store')
    .type('json')
    .json({ error, error_description: description });
}

/**
 * Sends a JSON-RPC error, the format of `/mcp` and of what is sent to `/messages`, or a page to people.
 *
 * @param id the id of the request, or null when it is not known
 */
export function sendRpcError(
  res: Response,
  status: number,
  code: number,
  message: string,
  id: unknown = null,
): void {
  if (sendErrorPage(res, status, message)) return;
  res.status(status).json({ jsonrpc: '2.0', error: { code, message }, id });
}

/** Sends a page if a person asks for one. @returns whether it did */
function sendErrorPage(res: Response, status: number, description: string): boolean {
  const { errorPage } = localsOf(res);
  const { method, headers } = res.req;
  if (errorPage === undefined || !['GET', 'HEAD'].includes(method)) return false;
  if (!prefersHtml(headers.accept)) return false;
  res
    .status(status)
    .set({
      'Cache-Control': 'no-store',
      'Content-Security-Policy': errorPage.policy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
    })
    .type('html')
    .send(errorPage.render(status, description));
  return true;
}

/** Means that a dependency is down, such as a user directory or an identity provider. */
export class UnavailableError extends Error {
  /** How long a client should wait before trying again, in seconds. */
  readonly retryAfter: number = 30;

  /** @param message what is unavailable, sent to the client; must not name hosts or other internals */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnavailableError';
  }

  /** What the client or its user reads: what is unavailable, and when to try again. */
  get advice(): string {
    return `${this.message}. Try again in a ${this.retryAfter < 30 ? 'moment' : 'minute'}`;
  }
}

/**
 * Means that the database of this server is down, busy, full or read-only. Only `store/faults.ts` makes it. Whatever
 * throws its own `UnavailableError`, such as a tool whose API is down, fails alone; without the database the server does.
 */
export class StoreUnavailableError extends UnavailableError {
  override readonly retryAfter = 5;
}

/** Sends 503 with `Retry-After`, which tells clients to try again rather than to sign in again. */
export function sendUnavailable(res: Response, { advice, retryAfter }: UnavailableError): void {
  res.set('Retry-After', String(retryAfter));
  sendError(res, 503, 'temporarily_unavailable', `${advice}.`);
}

/** The errors that body parsers and routers throw, with a status and a type such as `entity.parse.failed`. */
interface HttpError extends Error {
  status: number;
  type?: string;
}

/** Checks whether an error carries an HTTP status, as those of Express and its parsers do. */
export function isHttpError(error: unknown): error is HttpError {
  return error instanceof Error && 'status' in error && typeof error.status === 'number';
}

/** Describes a request fault without repeating any input. */
export function describeRequestFault(error: Pick<HttpError, 'status' | 'type'>): string {
  if (error.status === 413) return 'The request body is too large';
  if (error.type === 'charset.unsupported')
    return 'The charset of the request body is not supported: send UTF-8';
  if (error.type === 'entity.parse.failed') return 'The request body could not be parsed';
  if (error.type === TOO_DEEP)
    return `The request body is nested too deeply, the limit is ${MAX_JSON_DEPTH} levels`;
  return 'The request could not be read';
}
