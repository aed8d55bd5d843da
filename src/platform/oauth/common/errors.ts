import type { ErrorRequestHandler } from 'express';
import { describeRequestFault, isHttpError, sendUnavailable, UnavailableError } from '../../http/errors.js';

/** The error codes of RFC 6749, 7009, 7591 and 8707 that this server answers. */
export type OAuthErrorCode =
  | 'access_denied'
  | 'invalid_client'
  | 'invalid_client_metadata'
  | 'invalid_grant'
  | 'invalid_redirect_uri'
  | 'invalid_request'
  | 'invalid_scope'
  | 'invalid_target'
  | 'temporarily_unavailable'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type';

/**
 * A refusal. Its message is shown to clients and users, so it is a fixed text of printable ASCII without quotes or
 * backslashes (RFC 6749 section 5.2) and never repeats input.
 */
export class OAuthError extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;
  /** Why, in words for the operator's log only. */
  readonly detail: string | undefined;

  constructor(
    readonly code: OAuthErrorCode,
    description: string,
    {
      status = 400,
      headers = {},
      detail,
    }: { status?: number; headers?: Record<string, string>; detail?: string } = {},
  ) {
    super(description);
    this.name = 'OAuthError';
    this.status = status;
    this.headers = headers;
    this.detail = detail;
  }
}

/** Too many requests from one address or for one account (RFC 6585 section 4). */
export function tooManyRequests(retryAfterSeconds: number): OAuthError {
  return new OAuthError('temporarily_unavailable', 'Too many requests. Try again later', {
    status: 429,
    headers: { 'Retry-After': String(retryAfterSeconds) },
  });
}

/**
 * The refusal of a code or a refresh token. The client is not told why: it could be a thief.
 *
 * @param detail the reason, for the operator
 */
export function invalidGrant(detail: string): OAuthError {
  return new OAuthError(
    'invalid_grant',
    'The code or refresh token is invalid, expired or already used. Sign in again',
    { detail },
  );
}

/** Answers refusals and unreadable bodies as JSON; leaves everything unexpected to the next handler. */
export const oauthErrorHandler: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (res.headersSent) return next(error);
  res.set('Cache-Control', 'no-store');
  if (error instanceof OAuthError) {
    res.status(error.status).set(error.headers).json({ error: error.code, error_description: error.message });
  } else if (error instanceof UnavailableError) {
    sendUnavailable(res, error);
  } else if (isHttpError(error) && error.status < 500) {
    res
      .status(error.status)
      .json({ error: 'invalid_request', error_description: describeRequestFault(error) });
  } else {
    next(error);
  }
};
