import type { Response } from 'express';
import type { Caller } from '../caller.js';

/** What one JSON-RPC request asks for: the method, and the tool, prompt or resource it names. */
export interface RpcCall {
  method: string;
  name?: string;
}

/** What the pipeline learns about a request. */
export interface RequestLocals {
  requestId: string;
  caller?: Caller;
  call?: RpcCall | undefined;
  /** The `client_id` a request to the authorization server names; nobody has proved it. For the log. */
  clientId?: string | undefined;
  /** The registered name of the client, where it is known. For the log. */
  clientName?: string | undefined;
}

/** What is known of a request so far: the only way to `res.locals`. */
export function localsOf(res: Response): RequestLocals {
  return res.locals as RequestLocals;
}

/**
 * The caller of a request.
 *
 * @throws when the route requires no sign-in: a mistake in the order of the pipeline
 */
export function callerOf(res: Response): Caller {
  const { caller } = localsOf(res);
  if (caller === undefined) throw new Error('No sign-in is required on this route');
  return caller;
}
