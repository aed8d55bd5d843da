import type { RequestHandler, Response } from 'express';
import { isBearerToken } from '../bearer-token.js';
import type { Caller, Identity, MaybePromise } from '../caller.js';
import { sha256 } from '../digest.js';
import { sendError } from '../http/errors.js';
import { localsOf } from '../http/request-locals.js';
import { pathOf } from '../http/request-log.js';
import { logText } from '../log-text.js';
import type { Logger } from '../logger.js';

/** Receives the reason a token was refused, for the operator only. The reason never contains the token. */
export type RefusalReport = (reason: string) => void;

/**
 * Returns the caller a token identifies, or `undefined` if the verifier does not recognize the token or it is no longer
 * valid.
 *
 * @param report receives the reason when the verifier knows more than that the token is not its own
 * @param digest the SHA-256 digest of the token, computed once for all verifiers
 * @throws {UnavailableError} when the token cannot be checked right now
 */
export type TokenVerifier = (
  token: string,
  report: RefusalReport | undefined,
  digest: string,
) => MaybePromise<Caller | undefined>;

/** How callers are recognized, and what the challenge to everyone else says. */
export interface BearerOptions {
  identify: ReturnType<typeof createIdentify>;
  /** The URL of the protected resource metadata (RFC 9728 section 5.1). */
  resourceMetadataUrl: string;
  /**
   * The scopes a client should request: all that a person may grant, because many clients cannot ask for more later.
   */
  scopes: string[];
  /** Logs why a token was refused. */
  logger: Logger;
}

/**
 * Lets through only requests with a valid bearer token, which must be in the header (RFC 6750 section 2.1), and stores
 * their caller in the request's locals. A caller who is already there was checked by what saw the request before.
 * Everything else gets 401 and the challenge that starts a sign-in. When a token cannot be checked right now the answer is
 * not 401, because the client would discard a token that may be good.
 */
export function requireCaller(options: BearerOptions): RequestHandler {
  const { identify, logger } = options;
  return async (req, res, next) => {
    const locals = localsOf(res);
    if (locals.caller !== undefined) return next();
    // A second check would wait as long as the first, such as for a database that is down.
    if (locals.callerFault !== undefined) throw locals.callerFault.error;
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
    const identity = await identify(header, (reason) => reasons.push(reason));
    if (identity === undefined) {
      logRefusal(logText(reasons.join('; '), 400) || 'it is not known here');
      return challenge(res, options, 'The access token is unknown, expired or revoked');
    }
    Object.assign(locals, identity);
    next();
  };
}

/** Who recognizes callers. */
export interface Verifiers {
  /** Recognizes a static token by its digest, at once. */
  service: (digest: string) => Caller | undefined;
  /** Asked about all other tokens in this order; the first one to return a caller wins. */
  others: TokenVerifier[];
  /** Returns the registered name of a user's client, for the log. Never rejects. */
  clientName?: ((clientId: string) => MaybePromise<string | undefined>) | undefined;
}

/**
 * Makes the function that checks credentials, for every way a request is answered.
 *
 * @returns the check; `report` receives the reason a token was refused
 */
export function createIdentify({ service, others, clientName }: Verifiers) {
  async function ask(token: string, digest: string, report?: RefusalReport): Promise<Identity | undefined> {
    for (const verify of others) {
      const caller = await verify(token, report, digest);
      if (caller?.kind === 'user') return { caller, clientName: await clientName?.(caller.clientId) };
      if (caller !== undefined) return { caller };
    }
    return undefined;
  }
  return (header: string | undefined, report?: RefusalReport): MaybePromise<Identity | undefined> => {
    const token = bearerToken(header ?? '');
    if (token === undefined) return undefined;
    const digest = sha256(token);
    const caller = service(digest);
    return caller ? { caller } : ask(token, digest, report);
  };
}

function bearerToken(header: string): string | undefined {
  const token = /^Bearer +(\S+) *$/i.exec(header)?.[1];
  return token !== undefined && isBearerToken(token) ? token : undefined;
}

/** Sends 401 with the challenge of RFC 6750 section 3. Without credentials it has no error code (section 3.1). */
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

/** Treats every request as coming from one caller, for `AUTH_MODE=none`. */
export function authenticateAs(caller: Caller): RequestHandler {
  return (_req, res, next) => {
    localsOf(res).caller = caller;
    next();
  };
}
