import type { ErrorRequestHandler, Request, Response } from 'express';
import { logServerFault, logUnavailable } from '../../http/error-handler.js';
import { describeRequestFault, isHttpError, UnavailableError } from '../../http/errors.js';
import { localsOf } from '../../http/request-locals.js';
import { pathOf } from '../../http/request-log.js';
import { logText } from '../../log-text.js';
import { OAuthError } from '../common/errors.js';
import type { OAuthContext } from '../context.js';

/** The longest detail in a log line, in characters. */
const MAX_DETAIL = 400;

/** Logs the exact cause of a refusal, which the answer does not reveal. */
export function logRefusal(
  { logger }: Pick<OAuthContext, 'logger'>,
  req: Request,
  res: Response,
  error: OAuthError,
): void {
  const { requestId, clientId } = localsOf(res);
  const line = {
    requestId,
    endpoint: pathOf(req),
    error: error.code,
    status: error.status,
    detail: logText(error.detail ?? error.message, MAX_DETAIL),
    clientId: clientId && logText(clientId),
  };
  if (error.status >= 500) logger.error(line, 'refused');
  else if (error.suspicious) logger.warn(line, 'refused: possible theft');
  else logger.info(line, 'refused');
}

/** Logs refusals and unreadable bodies, and answers them as JSON. Unexpected errors go to the next handler. */
export function oauthErrorHandler(context: OAuthContext): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    const refusal = asRefusal(error);
    if (res.headersSent || refusal === undefined) return next(error);
    logRefusal(context, req, res, refusal);
    res
      .status(refusal.status)
      .set({ 'Cache-Control': 'no-store', ...refusal.headers })
      .json({ error: refusal.code, error_description: refusal.message });
  };
}

/** Logs every error of a page, and answers with a page, since people see it. */
export function pageErrorHandler(context: OAuthContext): ErrorRequestHandler {
  const { pages, logger } = context;
  return (error: unknown, req, res, next) => {
    if (res.headersSent) return next(error);
    const refusal = asRefusal(error);
    if (refusal !== undefined) {
      logRefusal(context, req, res, refusal);
      res.set(refusal.headers);
      const isSentence = error instanceof OAuthError;
      pages.sendError(res, refusal.status, isSentence ? refusal.message : `${refusal.message}.`);
    } else if (error instanceof UnavailableError) {
      logUnavailable(logger, error, req, res);
      res.set('Retry-After', String(error.retryAfter));
      const next = 'Try again in a moment. Load this page again, and the sign-in goes on.';
      pages.sendError(res, 503, `${error.message}. ${next}`);
    } else {
      pages.sendError(res, 500, logServerFault(logger, error, req, res));
    }
  };
}

/** Refuses a method that a page does not support, with a page. */
export function refuseMethod({ pages }: Pick<OAuthContext, 'pages'>) {
  return (res: Response, message: string): void => pages.sendError(res, 405, `${message}.`);
}

/** Converts an error to a refusal, including those of the body parsers; `undefined` for unexpected errors. */
function asRefusal(error: unknown): OAuthError | undefined {
  if (error instanceof OAuthError) return error;
  if (!isHttpError(error) || error.status >= 500) return undefined;
  const { status, type } = error;
  return new OAuthError('invalid_request', describeRequestFault(error), { status, detail: type });
}
