import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { logText, withoutSecrets } from '../log-text.js';
import type { Logger } from '../logger.js';
import { clientFamily } from './client-family.js';
import { localsOf } from './request-locals.js';

/**
 * One line for each request: who asked for what through which client, with which outcome, in how many milliseconds.
 */
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
 * The path a request asks for, as a log line may carry it, wherever a router is mounted. Never the query, where codes
 * and states are.
 */
export function pathOf(req: Request): string {
  return logText(withoutSecrets(req.originalUrl.replace(/\?.*$/s, '')));
}
