import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import {
  CancelledNotificationSchema,
  isJSONRPCRequest,
  type JSONRPCMessage,
  JSONRPCMessageSchema,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import type { Response } from 'express';
import { wellFormedJson } from '../well-formed.js';

/** How many bytes may be queued for a client that does not read. The next answer beyond that ends its stream. */
const MAX_UNREAD_BYTES = 1024 * 1024;

/** Extends the transport of the 1.x SDK: counts unanswered calls, and disconnects clients that do not read. */
export class SseTransport extends SSEServerTransport {
  readonly #res: Response;
  readonly #begin: () => () => void;
  readonly #unanswered = new Map<RequestId, () => void>();

  /** @param begin counts a call, and returns a function that ends it */
  constructor(res: Response, begin: () => () => void) {
    super('/messages', res);
    this.#res = res;
    this.#begin = begin;
    res.once('close', () => {
      for (const id of this.#unanswered.keys()) this.#finish(id);
    });
  }

  /** Whether a call is waiting for its answer. */
  get isBusy(): boolean {
    return this.#unanswered.size > 0;
  }

  /** Checks whether a body is one JSON-RPC message. */
  isMessage(body: unknown): boolean {
    return JSONRPCMessageSchema.safeParse(body).success;
  }

  override async handleMessage(...[message, extra]: Parameters<SSEServerTransport['handleMessage']>) {
    // Count it before the server gets it, because the answer may be sent before `super.handleMessage` returns.
    if (isJSONRPCRequest(message)) {
      this.#finish(message.id);
      this.#unanswered.set(message.id, this.#begin());
    }
    const cancelled = CancelledNotificationSchema.safeParse(message);
    await super.handleMessage(message, extra);
    // A cancelled call is never answered.
    if (cancelled.data?.params.requestId !== undefined) this.#finish(cancelled.data.params.requestId);
  }

  override async send(message: JSONRPCMessage): Promise<void> {
    if (this.#res.writableLength > MAX_UNREAD_BYTES) return void this.#res.destroy();
    const json = JSON.stringify(message);
    const clean = wellFormedJson(json);
    await super.send(clean === json ? message : JSON.parse(clean));
    if ('id' in message && !('method' in message) && message.id !== undefined) this.#finish(message.id);
  }

  #finish(id: RequestId): void {
    this.#unanswered.get(id)?.();
    this.#unanswered.delete(id);
  }
}
