import type { ServerEventBus } from '@modelcontextprotocol/server';

/** How the SDK is told of a change, for one of its streams. */
type Listener = Parameters<ServerEventBus['subscribe']>[0];

/** The first byte of a comment, such as a keep-alive (`text/event-stream` of the HTML standard). */
const COLON = ':'.charCodeAt(0);

/**
 * Paces one stream of the SDK, which by itself would keep everything in memory that a slow client has not read. The SDK is
 * told of a change only when the client has taken all there was; until then a resource that changes is remembered once.
 */
export class PacedStream {
  readonly #pending = new Set<string>();
  #listener: Listener | undefined;
  /** How many messages the SDK has made that the client has not taken. The first acknowledges the request. */
  #untaken = 1;
  #hasMoved = true;

  /** Sets whom to tell. */
  attach(listener: Listener): void {
    this.#listener = listener;
  }

  /** Nobody is to be told any more. */
  detach(): void {
    this.#listener = undefined;
  }

  /** Tells the client that a resource has changed, as soon as it has taken what it was told before. */
  tell(uri: string): void {
    this.#pending.add(uri);
    this.#flush();
  }

  /** Checks that something was taken since the last check. A keep-alive comes in between, so a client that reads has. */
  isMoving(): boolean {
    const hasMoved = this.#hasMoved;
    this.#hasMoved = false;
    return hasMoved;
  }

  /** Passes the body on. Whoever asks for the next chunk has taken the one before. */
  async *pace(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      yield chunk;
      this.#hasMoved = true;
      if (chunk[0] === COLON) continue;
      this.#untaken -= 1;
      this.#flush();
    }
  }

  #flush(): void {
    if (this.#untaken > 0 || this.#listener === undefined) return;
    for (const uri of this.#pending) {
      this.#untaken += 1;
      this.#listener({ kind: 'resource_updated', uri });
    }
    this.#pending.clear();
  }
}
