import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { logText, withoutSecrets } from '../log-text.js';
import type { Logger } from '../logger.js';
import { clientFamily } from './client-family.js';
import { localsOf } from './request-locals.js';

/** Logs one line per request: the caller, the client, what was requested, the outcome, and the duration. */
export function requestLog(logger: Logger): RequestHandler {
  return (req, res, next) => {
    const started = performance.now();
    const locals = localsOf(res);
    const shown = (text: string | undefined) => text && logText(text);
    locals.requestId = randomUUID();
    res.set('X-Request-Id', locals.requestId);
    res.once('close', () => {
      const line = {
        requestId: locals.requestId,
        method: req.method,
        route: pathOf(req),
        status: res.statusCode,
        durationMs: Math.round((performance.now() - started) * 10) / 10,
        caller: locals.caller?.id,
        client: locals.clientName ?? clientFamily(req.headers['user-agent']),
        rpcMethod: shown(locals.call?.method),
        rpcName: shown(locals.call?.name),
        ...(!res.writableFinished && { aborted: true }),
      };
      if (res.statusCode >= 500) logger.warn(line, 'request');
      else logger.info(line, 'request');
    });
    next();
  };
}

/**
 * Returns the full path of a request for the log, even in mounted routers. Omits the query, which may hold codes and
 * states, and cuts what could be a secret.
 */
export function pathOf(req: Request): string {
  return logText(withoutSecrets(req.originalUrl.replace(/\?.*$/s, '')));
}
