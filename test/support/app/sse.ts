import { SERVICE_TOKEN } from './port.js';

export interface OpenStream {
  response: Response;
  /** The path for messages that the first event announced. */
  address: string;
  /** Sends a message, as JSON-RPC without `jsonrpc`. */
  send: (message: object) => Promise<Response>;
  /** Resolves with everything received, once it contains this text or the stream has ended. */
  read: (until?: string) => Promise<string>;
  drop: () => void;
}

/** Opens a stream of the old transport without a client. */
export async function openStream(
  url: string,
  headers: Record<string, string> = { Authorization: `Bearer ${SERVICE_TOKEN}` },
): Promise<OpenStream> {
  const abort = new AbortController();
  const response = await fetch(`${url}/sse`, { headers, signal: abort.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  async function read(until?: string): Promise<string> {
    while (until === undefined || !text.includes(until)) {
      const part = await reader?.read();
      if (part === undefined || part.done) break;
      text += part.value;
    }
    return text;
  }
  const address = /data: (\S+)/.exec(await read('\n\n'))?.[1] ?? '';
  const send = (message: object) =>
    fetch(`${url}${address}`, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    });
  return { response, address, send, read, drop: () => abort.abort() };
}
