import type { ServerResponse } from 'node:http';
import type { Caller } from '../caller.js';

/** What a JSON-RPC request asks for: the method, and the tool, prompt or resource it names. */
export interface RpcCall {
  method: string;
  name?: string;
}

/** Renders errors for people. */
export interface ErrorPage {
  /** The value of `Content-Security-Policy`. */
  policy: string;
  render: (status: number, description: string) => string;
}

/** What the pipeline learns about a request. */
export interface RequestLocals {
  requestId: string;
  /** Set when the fast lane has answered. For the log and the metrics. */
  lane?: 'fast';
  /** The whole body as it arrived, if it has been read before Express got the request. */
  bytes?: Buffer;
  /** Shows an error to a person. Programs get JSON. */
  errorPage?: ErrorPage;
  caller?: Caller;
  /** Why the caller could not be checked, if that failed before Express got the request. */
  callerFault?: { error: unknown };
  call?: RpcCall | undefined;
  /** The `client_id` named by a request to the authorization server. Unverified; for the log. */
  clientId?: string | undefined;
  /** The registered name of the client, if known. For the log. */
  clientName?: string | undefined;
}

/**
 * Returns what is known about a request so far. Nothing else reads or writes `res.locals`. Express keeps what it finds there,
 * so this works before Express has seen the request.
 */
export function localsOf(res: ServerResponse): RequestLocals {
  const holder = res as ServerResponse & { locals?: RequestLocals };
  // Incomplete until the request has begun, which nothing but its first steps can see.
  holder.locals ??= {} as RequestLocals;
  return holder.locals;
}

/**
 * Returns the caller of a request.
 *
 * @throws when no sign-in was required, which means the pipeline is in the wrong order
 */
export function callerOf(res: ServerResponse): Caller {
  const { caller } = localsOf(res);
  if (caller === undefined) throw new Error('No sign-in is required on this route');
  return caller;
}
