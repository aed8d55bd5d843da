import type { ServerResponse } from 'node:http';
import type { RequestHandler, Response } from 'express';
import type { Caller } from '../caller.js';
import { sendRpcError } from '../http/errors.js';
import { onceOver } from '../http/once-over.js';
import { callerOf, type RpcCall } from '../http/request-locals.js';
import type { RunningCalls } from './running-calls.js';

/** What callers have at once. */
interface Admission {
  /** Running calls. */
  running: RunningCalls;
  /** Open streams of both transports, which only wait for changes. */
  streams: RunningCalls;
}

/** Keeps each caller within their limits, so that one cannot crowd out another. */
export interface McpAdmission {
  /**
   * Counts a request as a call, unless it is counted already. Comes before the body is read, because bodies on their way
   * take memory, and a slow one takes long.
   *
   * @returns whether the caller may make it
   */
  admit: (res: ServerResponse) => boolean;
  /** Does the same as a middleware, and refuses the request if need be. */
  beforeBody: RequestHandler;
  /**
   * Counts what the body turned out to be: each message of a batch is a call, and `subscriptions/listen` is a stream.
   *
   * @returns whether it was admitted; otherwise it is answered
   */
  admitBody: (res: Response, body: unknown, call: RpcCall | undefined) => boolean;
}

/** Creates the admission of `/mcp`. Expects the caller in the request's locals. */
export function createAdmission({ running, streams }: Admission): McpAdmission {
  const begun = new WeakMap<ServerResponse, () => void>();

  function admit(res: ServerResponse): boolean {
    if (begun.has(res)) return true;
    const caller = callerOf(res);
    if (running.isFull(caller)) return false;
    const end = running.begin(caller);
    begun.set(res, end);
    onceOver(res, end);
    return true;
  }

  return {
    admit,
    beforeBody(_req, res, next) {
      if (admit(res)) next();
      else refuseCall(res, running, callerOf(res));
    },
    admitBody(res, body, call) {
      const caller = callerOf(res);
      if (call?.method === 'subscriptions/listen') {
        begun.get(res)?.();
        if (streams.isFull(caller)) {
          refuseStream(res, streams, caller);
          return false;
        }
        onceOver(res, streams.begin(caller));
      } else if (Array.isArray(body) && body.length > 1) {
        const further = body.length - 1;
        if (running.isFull(caller, further)) {
          refuseCall(res, running, caller);
          return false;
        }
        onceOver(res, running.begin(caller, further));
      }
      return true;
    },
  };
}

/** Sends 429 to a caller with too many calls. They take seconds at most, so it may try again soon. */
export function refuseCall(res: Response, running: RunningCalls, caller: Caller): void {
  res.set('Retry-After', '1');
  const most = `${running.maxOf(caller)} calls of one caller may run at once`;
  sendRpcError(res, 429, -32000, `Too many calls: ${most}. Wait for some to finish, then send this again`);
}

/** Sends 429 to a caller with too many streams, which may last for hours. */
function refuseStream(res: Response, streams: RunningCalls, caller: Caller): void {
  res.set('Retry-After', '30');
  const most = `${streams.maxOf(caller)} of one caller may be open at once, and fewer while the server is full`;
  sendRpcError(res, 429, -32000, `Too many streams: ${most}. Close one, then send this again`);
}
