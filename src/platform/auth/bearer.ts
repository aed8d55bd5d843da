import type { RequestHandler, Response } from 'express';
import type { Caller } from '../caller.js';
import { sendError, sendUnavailable, UnavailableError } from '../http/errors.js';
import { localsOf } from '../http/request-locals.js';

/** Gives the caller a token stands for, or `undefined` when the verifier does not know it or it is no longer valid. */
export type TokenVerifier = (token: string) => Promise<Caller | undefined> | Caller | undefined;

/** How callers are recognized, and what those who are not are told. */
export interface BearerOptions {
  /** Asked in this order; the first that knows the token decides. */
  verifiers: TokenVerifier[];
  /** Where the protected resource metadata is (RFC 9728 section 5.1). */
  resourceMetadataUrl: string;
  /** The scopes a client should ask for to begin with. */
  scopes: string[];
}

/**
 * Lets only requests with a valid bearer token through (RFC 6750 section 2.1: in the header, nowhere else) and puts
 * the caller into `res.locals.caller`. Everything else gets 401 and the challenge that starts a sign-in.
 */
export function requireCaller(options: BearerOptions): RequestHandler {
  return async (req, res, next) => {
    const header = req.headers.authorization;
    if (header === undefined) return challenge(res, options, undefined);
    if (bearerToken(header) === undefined)
      return challenge(res, options, 'The Authorization header must be: Bearer, a space, the token');
    try {
      const caller = await authenticate(header, options.verifiers);
      if (caller) {
        localsOf(res).caller = caller;
        return next();
      }
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      // Not 401: the client would throw away a token that may be good.
      return sendUnavailable(res, error);
    }
    challenge(res, options, 'The access token is unknown, expired or revoked');
  };
}

/**
 * Whom an Authorization header stands for at this moment.
 *
 * @throws {UnavailableError} when that can't be told right now
 */
export async function authenticate(
  header: string | undefined,
  verifiers: TokenVerifier[],
): Promise<Caller | undefined> {
  const token = bearerToken(header ?? '');
  if (token === undefined) return undefined;
  for (const verify of verifiers) {
    const caller = await verify(token);
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
