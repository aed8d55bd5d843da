import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { localsOf } from './request-locals.js';
import type { Step } from './step.js';

/** Learns of each request when it is over: answered, or its connection closed. `ms` is how long it took. */
export type RequestObserver = (req: IncomingMessage, res: ServerResponse, ms: number) => void;

/**
 * Makes the first step of every request. It names the request for the log and the client, and tells the observers when it
 * is over. A request that has already begun stays as it is, so that one handed on by the fast lane is logged and counted
 * once, with its time from the start.
 */
export function beginRequest(observers: RequestObserver[]): Step {
  return (req, res) => {
    const locals = localsOf(res);
    if (locals.requestId !== undefined) return;
    const started = performance.now();
    locals.requestId = randomUUID();
    res.setHeader('X-Request-Id', locals.requestId);
    res.once('close', () => {
      const ms = performance.now() - started;
      for (const observe of observers) observe(req, res, ms);
    });
  };
}
