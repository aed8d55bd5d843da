import type { Response } from 'express';
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
  /** Shows an error to a person. Programs get JSON. */
  errorPage?: ErrorPage;
  caller?: Caller;
  call?: RpcCall | undefined;
  /** The `client_id` named by a request to the authorization server. Unverified; for the log. */
  clientId?: string | undefined;
  /** The registered name of the client, if known. For the log. */
  clientName?: string | undefined;
}

/** Returns what is known about a request so far. Nothing else reads or writes `res.locals`. */
export function localsOf(res: Response): RequestLocals {
  return res.locals as RequestLocals;
}

/**
 * Returns the caller of a request.
 *
 * @throws when no sign-in was required, which means the pipeline is in the wrong order
 */
export function callerOf(res: Response): Caller {
  const { caller } = localsOf(res);
  if (caller === undefined) throw new Error('No sign-in is required on this route');
  return caller;
}
