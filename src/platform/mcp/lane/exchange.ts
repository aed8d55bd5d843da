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
  /** Receives the result, as JSON. */
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
    if (options.era === '2025') this.#startKeepAlive();
  }

  /** Whether nothing more can be sent. */
  get isOver(): boolean {
    return this.#isOver;
  }

  async start(): Promise<void> {}

  async send(message: JSONRPCMessage, { relatedRequestId }: TransportSendOptions = {}): Promise<void> {
    if (this.#isOver) return;
    if (!('result' in message) && !('error' in message)) {
      if (relatedRequestId === this.#options.id) this.#writeEvent(message);
      return;
    }
    const failure = 'error' in message ? this.#options.storeFailures.get(this.#options.id) : undefined;
    if ('result' in message) this.#options.onResult?.(JSON.stringify(message.result));
    if (failure && !this.#res.headersSent) {
      this.#writeJson(503, JSON.stringify(message), { 'retry-after': String(failure.retryAfter) });
    } else if (this.#options.era === '2025' || this.#res.headersSent) {
      this.#writeEvent(message);
      this.#res.end();
    } else {
      const isMissing =
        'error' in message && message.error.code === ProtocolErrorCode.MissingRequiredClientCapability;
      this.#writeJson(isMissing ? 400 : 200, JSON.stringify(message));
    }
    await this.close();
  }

  /** Writes a result that was kept from an earlier exchange. */
  sendResult(json: string): void {
    const response = responseOf(json, this.#options.id);
    if (this.#options.era === '2025') {
      this.#writeFrame(`event: message\ndata: ${response}\n\n`);
      this.#res.end();
    } else {
      this.#writeJson(200, response);
    }
    void this.close();
  }

  async close(): Promise<void> {
    this.#isOver = true;
    clearInterval(this.#keepAlive);
  }

  #writeJson(status: number, json: string, headers: Record<string, string> = {}): void {
    // Text goes out together with the headers. Bytes would take a second buffer, and a costlier system call.
    const text = wellFormedJson(json);
    const length = String(Buffer.byteLength(text));
    this.#res.writeHead(status, { 'content-length': length, 'content-type': 'application/json', ...headers });
    this.#res.end(text);
  }

  #writeEvent(message: JSONRPCMessage): void {
    this.#writeFrame(`event: message\ndata: ${wellFormedJson(JSON.stringify(message))}\n\n`);
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
