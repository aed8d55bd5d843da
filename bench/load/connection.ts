import { connect, type Socket } from 'node:net';

/** An answer as it came. */
export interface RawAnswer {
  status: number;
  /** One character a byte, which costs less than text and is enough to find something in it. */
  body: string;
}

const HEAD_END = '\r\n\r\n';

/**
 * A kept-alive connection that carries one request at a time. It reads just enough HTTP/1.1 to know where an answer ends,
 * because the generator must cost less than the fastest server.
 */
export class Connection {
  #socket: Socket;
  #received = '';
  #settle: { resolve: (answer: RawAnswer) => void; reject: (error: Error) => void } | undefined;

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (chunk: unknown) => this.#receive(String(chunk)));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('The server closed the connection')));
  }

  /**
   * Sends a request, as it is, and waits for the whole answer.
   *
   * @throws when the connection ends before
   */
  send(request: string): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#socket.write(request, 'latin1');
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: string): void {
    this.#received += chunk;
    const answer = readAnswer(this.#received);
    if (answer === undefined) return;
    this.#received = '';
    this.#settle?.resolve(answer);
  }

  #fail(error: Error): void {
    this.#settle?.reject(error);
  }
}

/** Reads an answer that has arrived as a whole (RFC 9112, sections 6 and 7.1). @returns `undefined` until it has */
export function readAnswer(received: string): RawAnswer | undefined {
  const headEnd = received.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = received.slice(0, headEnd);
  const start = headEnd + HEAD_END.length;
  const status = Number(head.slice(9, 12));
  const [, length] = /\r\ncontent-length: *(\d+)/i.exec(head) ?? [];
  if (length !== undefined) {
    const end = start + Number(length);
    return received.length < end ? undefined : { status, body: received.slice(start, end) };
  }
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return { status, body: '' };
  const body = readChunks(received, start);
  return body === undefined ? undefined : { status, body };
}

/** Joins the chunks of a body. @returns `undefined` until the last one has arrived */
function readChunks(received: string, start: number): string | undefined {
  let body = '';
  for (let at = start; ; ) {
    const lineEnd = received.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(received.slice(at, lineEnd), 16);
    const end = lineEnd + 2 + size + 2;
    if (received.length < end) return undefined;
    if (size === 0) return body;
    body += received.slice(lineEnd + 2, end - 2);
    at = end;
  }
}
