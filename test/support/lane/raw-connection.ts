import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** An answer as it came over the wire. */
export interface WireAnswer {
  /** Status lines of interim answers, such as 100. */
  interim: string[];
  status: string;
  /** Header lines, in the order and spelling they were sent in. */
  headers: string[];
  /** The content, without the framing of chunks: where one chunk ends and the next begins means nothing. */
  body: Buffer;
}

/** What a client must know of its request to read the answer. */
export interface Expected {
  /** Whether the answer has no content, whatever its headers say. */
  head?: boolean;
  /** Whether the answer has no end, so that only its first chunk is read. */
  endless?: boolean;
}

/** A connection on which a test decides over every byte. */
export class RawConnection {
  #socket: Socket;
  #arrived = Buffer.alloc(0);
  #ended = false;
  #wake = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    const end = () => {
      this.#ended = true;
      this.#wake();
    };
    socket.setNoDelay(true);
    socket.on('data', (part) => {
      this.#arrived = Buffer.concat([this.#arrived, part]);
      this.#wake();
    });
    socket.on('end', end).on('close', end).on('error', end);
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  /** Whether the server has ended the connection. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Sends bytes, in this many parts. */
  async send(bytes: Buffer, parts = 1): Promise<void> {
    const size = Math.ceil(bytes.length / parts);
    for (let start = 0; start < bytes.length; start += size) {
      if (start > 0) await nextTurn();
      this.#socket.write(bytes.subarray(start, start + size));
    }
  }

  /** Reads the next answer. Returns what there was of it, if the server ended the connection before. */
  async answer({ head = false, endless = false }: Expected = {}): Promise<WireAnswer | undefined> {
    const interim: string[] = [];
    while (true) {
      const status = await this.#line();
      if (status === undefined) return undefined;
      const headers = await this.#headers();
      if (/^HTTP\/1\.1 1/.test(status)) {
        interim.push(status);
        continue;
      }
      const bodiless = head || /^HTTP\/1\.1 (204|304)/.test(status);
      const body = bodiless ? Buffer.alloc(0) : await this.#body(headers, endless);
      return { interim, status, headers, body };
    }
  }

  /** Sends nothing more. */
  async end(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.end(resolve));
  }

  /** Closes the connection at once, as a client does that no longer waits. */
  drop(): void {
    this.#socket.destroy();
  }

  async #headers(): Promise<string[]> {
    const lines: string[] = [];
    while (true) {
      const line = await this.#line();
      if (!line) return lines;
      lines.push(line);
    }
  }

  async #body(headers: string[], endless: boolean): Promise<Buffer> {
    const value = (name: string) =>
      headers
        .find((line) => line.toLowerCase().startsWith(`${name}:`))
        ?.slice(name.length + 1)
        .trim();
    const length = value('content-length');
    if (length !== undefined) return this.#take(Number(length));
    if (value('transfer-encoding') !== 'chunked') return this.#take(Number.POSITIVE_INFINITY);
    const chunks: Buffer[] = [];
    while (true) {
      const size = Number.parseInt((await this.#line()) ?? '0', 16);
      const chunk = await this.#take(size);
      await this.#line();
      if (size === 0) break;
      chunks.push(chunk);
      if (endless) break;
    }
    return Buffer.concat(chunks);
  }

  async #line(): Promise<string | undefined> {
    while (!this.#arrived.includes('\r\n')) if (!(await this.#more())) return undefined;
    const end = this.#arrived.indexOf('\r\n');
    const line = this.#arrived.toString('latin1', 0, end);
    this.#arrived = this.#arrived.subarray(end + 2);
    return line;
  }

  async #take(length: number): Promise<Buffer> {
    while (this.#arrived.length < length && (await this.#more()));
    const taken = this.#arrived.subarray(0, length);
    this.#arrived = this.#arrived.subarray(taken.length);
    return taken;
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    return true;
  }
}
