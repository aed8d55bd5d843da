import type { IncomingMessage } from 'node:http';
import { logText, withoutSecrets } from '../log-text.js';
import type { Logger } from '../logger.js';
import type { RequestObserver } from './begin-request.js';
import { clientFamily } from './client-family.js';
import { remember } from './remember.js';
import { localsOf } from './request-locals.js';

/** Logs one line per request: the caller, the client, what was requested, the outcome, and the duration. */
export function requestLog(logger: Logger): RequestObserver {
  return (req, res, ms) => {
    const locals = localsOf(res);
    const line = {
      requestId: locals.requestId,
      method: req.method,
      route: pathOf(req),
      status: res.statusCode,
      durationMs: Math.round(ms * 10) / 10,
      caller: locals.caller?.id,
      client: locals.clientName ?? clientFamily(req.headers['user-agent']),
      rpcMethod: shown(locals.call?.method),
      rpcName: shown(locals.call?.name),
      ...(!res.writableFinished && { aborted: true }),
      lane: locals.lane,
    };
    if (res.statusCode >= 500) logger.warn(line, 'request');
    else logger.info(line, 'request');
  };
}

const shownText = remember((text) => logText(text));

function shown(text: string | undefined): string | undefined {
  return text && shownText(text);
}

/**
 * Returns the full path of a request for the log, even in mounted routers. Omits the query, which may hold codes and
 * states, and cuts what could be a secret.
 */
export function pathOf(req: IncomingMessage & { originalUrl?: string }): string {
  return shownPath((req.originalUrl ?? req.url ?? '').replace(/\?.*$/s, ''));
}

const shownPath = remember((path) => logText(withoutSecrets(path)));
