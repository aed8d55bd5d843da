import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Logger } from '../logger.js';
import { localsOf } from './request-locals.js';

/**
 * One line for each request: who asked for what, with which outcome, in how many milliseconds. Only the path is
 * logged, never the query, because authorization requests carry codes and states there.
 */
export function requestLog(logger: Logger): RequestHandler {
  return (req, res, next) => {
    const started = performance.now();
    const locals = localsOf(res);
    locals.requestId = randomUUID();
    res.set('X-Request-Id', locals.requestId);
    res.once('close', () => {
      const line = {
        requestId: locals.requestId,
        method: req.method,
        route: req.originalUrl.replace(/\?.*$/s, ''),
        status: res.statusCode,
        durationMs: Math.round((performance.now() - started) * 10) / 10,
        caller: locals.caller?.id,
        rpcMethod: locals.call?.method,
        rpcName: locals.call?.name,
        ...(!res.writableFinished && { aborted: true }),
      };
      if (res.statusCode >= 500) logger.warn(line, 'request');
      else logger.info(line, 'request');
    });
    next();
  };
}
