import type { ServerEventBus } from '@modelcontextprotocol/server';
import type { Response } from 'express';
import type { Caller } from '../caller.js';

/** Serves subscriptions to resources. The endpoint works without, and then offers none. */
export interface Subscriptions {
  /** Tells the streams of the SDK what has changed. */
  bus: ServerEventBus;
  /**
   * Prepares the stream that a `subscriptions/listen` request asks for. It ends with the answer, or when the caller may no
   * longer listen.
   *
   * @param authorization the header the request came with
   * @returns the stream, or what is wrong with the request
   * @throws {UnavailableError} when changes cannot be followed
   */
  open: (
    res: Response,
    message: unknown,
    caller: Caller,
    authorization: string | undefined,
  ) => Promise<Subscription | string>;
  /** Makes the answer wait for a slow reader, if it is that of a stream which is being served. */
  paced: (answer: globalThis.Response) => globalThis.Response;
  /** Ends the feed of changes. Resolves once what the streams were last told has been sent, within a second. */
  close: () => Promise<void>;
}

/** A stream that is about to begin. */
export interface Subscription {
  /** The request for the SDK, with only the resources that the caller may be told of. */
  message: unknown;
  /** Runs what serves the request. */
  run: <T>(serve: () => T) => T;
}
