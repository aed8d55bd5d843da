import type { RequestHandler, Response } from 'express';
import type { Caller } from '../caller.js';
import { sendError } from '../http/errors.js';
import { localsOf } from '../http/request-locals.js';
import { pathOf } from '../http/request-log.js';
import { logText } from '../log-text.js';
import type { Logger } from '../logger.js';

/** Told why a token is refused, for the operator only. The words never hold any of the token's secrets. */
type RefusalReport = (reason: string) => void;

/**
 * Returns the caller a token identifies, or `undefined` when the verifier does not know it or it is no longer valid.
 *
 * @param report told the reason by a verifier that can say more than "not one of mine"
 * @throws {UnavailableError} when that can't be told right now
 */
export type TokenVerifier = (
  token: string,
  report?: RefusalReport,
) => Promise<Caller | undefined> | Caller | undefined;

/** How callers are recognized, and what those who are not are told. */
export interface BearerOptions {
  /** Asked in this order; the first that knows the token decides. */
  verifiers: TokenVerifier[];
  /** Where the protected resource metadata is (RFC 9728 section 5.1). */
  resourceMetadataUrl: string;
  /** The scopes a client should ask for to begin with. */
  scopes: string[];
  /** Told why a token was refused. */
  logger: Logger;
  /** The registered name of a client, for the log. It never fails. */
  clientName?: ((clientId: string) => Promise<string | undefined>) | undefined;
}

/**
 * Lets only requests with a valid bearer token through (RFC 6750 section 2.1: in the header, nowhere else), with their
 * caller in the locals of the request. Everything else gets 401 and the challenge that starts a sign-in. When the token
 * can't be checked right now the answer is not 401: the client would throw away a token that may be good.
 */
export function requireCaller(options: BearerOptions): RequestHandler {
  const { verifiers, logger, clientName } = options;
  return async (req, res, next) => {
    const locals = localsOf(res);
    const logRefusal = (detail: string) =>
      logger.info(
        { requestId: locals.requestId, endpoint: pathOf(req), error: 'invalid_token', detail },
        'access token refused',
      );
    const header = req.headers.authorization;
    if (header === undefined) return challenge(res, options, undefined);
    if (bearerToken(header) === undefined) {
      logRefusal('the Authorization header is not of the form "Bearer <token>"');
      return challenge(res, options, 'The Authorization header must be: Bearer, a space, the token');
    }
    const reasons: string[] = [];
    const caller = await authenticate(header, verifiers, (reason) => reasons.push(reason));
    if (caller === undefined) {
      logRefusal(logText(reasons.join('; '), 400) || 'it is not known here');
      return challenge(res, options, 'The access token is unknown, expired or revoked');
    }
    locals.caller = caller;
    locals.clientName = await clientName?.(caller.clientId);
    next();
  };
}

/**
 * The caller an Authorization header identifies at this moment.
 *
 * @param report told why the token is refused
 * @throws {UnavailableError} when that can't be told right now
 */
export async function authenticate(
  header: string | undefined,
  verifiers: TokenVerifier[],
  report?: RefusalReport,
): Promise<Caller | undefined> {
  const token = bearerToken(header ?? '');
  if (token === undefined) return undefined;
  for (const verify of verifiers) {
    const caller = await verify(token, report);
    if (caller !== undefined) return caller;
  }
  return undefined;
}

function bearerToken(header: string): string | undefined {
  return /^Bearer +([\w.~+/-]+=*) *$/i.exec(header)?.[1];
}

/** 401 with the challenge of RFC 6750 section 3; without credentials it carries no error code (section 3.1). */
function challenge(res: Response, options: BearerOptions, problem: string | undefined): void {
  const parameters = [
    ...(problem === undefined ? [] : ['error="invalid_token"', `error_description="${problem}"`]),
    `resource_metadata="${options.resourceMetadataUrl}"`,
    `scope="${options.scopes.join(' ')}"`,
  ];
  res.set('WWW-Authenticate', `Bearer ${parameters.join(', ')}`);
  sendError(
    res,
    401,
    'invalid_token',
    `${problem ?? 'No access token was sent'}. Sign in again, or check the configured token.`,
  );
}

/** Accepts every request as one caller, for `AUTH_MODE=none`. */
export function authenticateAs(caller: Caller): RequestHandler {
  return (_req, res, next) => {
    localsOf(res).caller = caller;
    next();
  };
}
