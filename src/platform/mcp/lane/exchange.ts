import type { ServerResponse } from 'node:http';
import {
  type JSONRPCMessage,
  ProtocolErrorCode,
  type RequestId,
  type Transport,
  type TransportSendOptions,
} from '@modelcontextprotocol/server';
import { wellFormedJson } from '../../well-formed.js';
import { KEEP_ALIVE_MS } from '../listening.js';
import type { StoreFailures } from '../store-failures.js';
import type { Era } from './message.js';

/** The headers of a stream, as the SDK sends them. */
const STREAM_HEADERS = {
  'cache-control': 'no-cache, no-transform',
  'content-type': 'text/event-stream',
  'x-accel-buffering': 'no',
};

/** What an exchange needs to know of its request. */
interface ExchangeOptions {
  era: Era;
  id: RequestId;
  storeFailures: StoreFailures;
  /** Receives the result as it was written, if there is one. */
  onResult?: ((json: string) => void) | undefined;
}

/**
 * Writes the answer to one request: what the transports of the SDK write, in the same form. A message before the response
 * makes the answer a stream. In the 2025 era it always is one.
 */
export class Exchange implements Transport {
  readonly #res: ServerResponse;
  readonly #options: ExchangeOptions;
  #keepAlive: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(res: ServerResponse, options: ExchangeOptions) {
    this.#res = res;
    this.#options = options;
  }

  /** Whether nothing more can be sent. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Keeps a client of the 2025 era waiting, whose answer is a stream before anything is in it. */
  async start(): Promise<void> {
    if (this.#options.era === '2025' && !this.#isOver) this.#startKeepAlive();
  }

  async send(message: JSONRPCMessage, { relatedRequestId }: TransportSendOptions = {}): Promise<void> {
    if (this.#isOver) return;
    const { id, onResult, storeFailures } = this.#options;
    if (!('result' in message) && !('error' in message)) {
      if (relatedRequestId === id) this.#writeEvent(JSON.stringify(message));
      return;
    }
    if ('result' in message) {
      const result = JSON.stringify(message.result);
      onResult?.(result);
      this.#writeResponse(responseOf(result, id));
    } else {
      const failure = storeFailures.get(id);
      const isMissing = message.error.code === ProtocolErrorCode.MissingRequiredClientCapability;
      const json = JSON.stringify(message);
      if (failure && !this.#res.headersSent)
        this.#writeJson(503, json, { 'retry-after': String(failure.retryAfter) });
      else this.#writeResponse(json, isMissing ? 400 : 200);
    }
    await this.close();
  }

  /** Writes a result that was kept from an earlier exchange. */
  sendResult(json: string): void {
    this.#writeResponse(responseOf(json, this.#options.id));
    void this.close();
  }

  async close(): Promise<void> {
    this.#isOver = true;
    clearInterval(this.#keepAlive);
  }

  /** @param status of an answer that is not a stream */
  #writeResponse(json: string, status = 200): void {
    if (this.#options.era === '2025' || this.#res.headersSent) {
      this.#writeEvent(json);
      this.#res.end();
    } else {
      this.#writeJson(status, json);
    }
  }

  #writeJson(status: number, json: string, headers: Record<string, string> = {}): void {
    // Text goes out together with the headers. Bytes would take a second buffer, and a costlier system call.
    const text = wellFormedJson(json);
    const length = String(Buffer.byteLength(text));
    this.#res.writeHead(status, { 'content-length': length, 'content-type': 'application/json', ...headers });
    this.#res.end(text);
  }

  #writeEvent(json: string): void {
    this.#writeFrame(`event: message\ndata: ${wellFormedJson(json)}\n\n`);
  }

  #writeFrame(frame: string): void {
    if (!this.#res.headersSent) {
      this.#res.writeHead(200, STREAM_HEADERS);
      if (this.#options.era === '2026') this.#startKeepAlive();
    }
    this.#res.write(frame);
  }

  #startKeepAlive(): void {
    this.#keepAlive = setInterval(() => this.#writeFrame(': keepalive\n\n'), KEEP_ALIVE_MS).unref();
  }
}

/** Writes a response in the order of members that the SDK has. */
function responseOf(result: string, id: RequestId): string {
  return `{"result":${result},"jsonrpc":"2.0","id":${JSON.stringify(id)}}`;
}
