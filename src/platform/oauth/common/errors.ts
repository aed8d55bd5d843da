/** The error codes of RFC 6749, 7009, 7591 and 8707 that this server sends. */
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

interface OAuthErrorOptions {
  /** Defaults to 400. */
  status?: number;
  headers?: Record<string, string>;
  /**
   * The exact cause, for the operator's log; never sent. It may quote input, but never a secret: no code, token, verifier,
   * password or client secret.
   */
  detail?: string | undefined;
  /** Whether a stolen code or token may be in use, which is logged as a warning. */
  suspicious?: boolean;
}

/**
 * The refusal of a request. Its message is shown to clients and users, so it is a fixed text of printable ASCII without
 * quotes or backslashes (RFC 6749 section 5.2) and never repeats input.
 */
export class OAuthError extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly detail: string | undefined;
  readonly suspicious: boolean;

  constructor(
    readonly code: OAuthErrorCode,
    description: string,
    { status = 400, headers = {}, detail, suspicious = false }: OAuthErrorOptions = {},
  ) {
    super(description);
    this.name = 'OAuthError';
    this.status = status;
    this.headers = headers;
    this.detail = detail;
    this.suspicious = suspicious;
  }
}

/** Makes the refusal for too many requests from one address or for one account (RFC 6585 section 4). */
export function tooManyRequests(retryAfterSeconds: number, detail?: string): OAuthError {
  return new OAuthError('temporarily_unavailable', 'Too many requests. Try again later', {
    status: 429,
    headers: { 'Retry-After': String(retryAfterSeconds) },
    detail,
  });
}

/**
 * Makes the refusal of a client that does not prove who it is (RFC 6749 section 5.2).
 *
 * @param detail the reason, for the operator
 */
export function invalidClient(
  description: string,
  detail: string,
  headers: Record<string, string> = {},
): OAuthError {
  return new OAuthError('invalid_client', description, { status: 401, headers, detail });
}

/** Makes the refusal of a client that must sign an assertion and sent none. @param detail why it must, for the operator */
export function assertionMissing(detail: string): OAuthError {
  return invalidClient(
    'A client_assertion is required: this client authenticates with private_key_jwt',
    `no client_assertion was sent, and ${detail}`,
  );
}

/** Makes the refusal of a client whose keys cannot be had at this moment. @param detail the reason, for the operator */
export function keysUnavailable(detail: string): OAuthError {
  return new OAuthError(
    'temporarily_unavailable',
    'The keys of the client cannot be fetched. Try again later',
    {
      status: 503,
      headers: { 'Retry-After': '5' },
      detail,
    },
  );
}

/**
 * Makes the refusal of a code or a refresh token. The client is not told why, because it could be a thief.
 *
 * @param detail the reason, for the operator
 */
export function invalidGrant(
  detail: string,
  options: Pick<OAuthErrorOptions, 'suspicious'> = {},
): OAuthError {
  return new OAuthError(
    'invalid_grant',
    'The code or refresh token is invalid, expired or already used. Sign in again',
    { ...options, detail },
  );
}
