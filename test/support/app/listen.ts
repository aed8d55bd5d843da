import { MODERN_META } from './clients.js';
import { SERVICE_TOKEN } from './port.js';

/** A JSON-RPC message of a stream. */
export interface StreamMessage {
  method?: string;
  id?: unknown;
  params?: { uri?: string; notifications?: object };
  result?: { resultType?: string };
}

/** A stream that `subscriptions/listen` of revision 2026-07-28 opened. */
export interface ListenStream {
  response: Response;
  /** Resolves with the next message, or `undefined` when the stream has ended. */
  next: () => Promise<StreamMessage | undefined>;
  /** Resolves with the URI of the next change. */
  nextUri: () => Promise<string | undefined>;
  /** The messages that have arrived and were not taken yet. */
  waiting: StreamMessage[];
  drop: () => void;
}

/**
 * Subscribes to resources without a client.
 *
 * @param message members of the request that differ
 */
export async function listen(
  mcpUrl: string,
  resourceSubscriptions: unknown,
  token = SERVICE_TOKEN,
  message: object = {},
): Promise<ListenStream> {
  const abort = new AbortController();
  const params = { notifications: { resourceSubscriptions }, _meta: MODERN_META };
  const response = await fetch(mcpUrl, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      'Mcp-Protocol-Version': '2026-07-28',
      'Mcp-Method': 'subscriptions/listen',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params, ...message }),
    signal: abort.signal,
  });
  const waiting: StreamMessage[] = [];
  let isOver = response.headers.get('content-type') !== 'text/event-stream';
  let wake = () => {};
  const read = async () => {
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const events = (text + chunk).split('\n\n');
      text = events.pop() ?? '';
      const data = events.flatMap((event) => /^data: (.*)$/m.exec(event)?.[1] ?? []);
      waiting.push(...data.map((each) => JSON.parse(each) as StreamMessage));
      wake();
    }
  };
  if (!isOver) {
    // Also a stream that is cut is over.
    void read()
      .catch(() => {})
      .finally(() => {
        isOver = true;
        wake();
      });
  }
  async function next(): Promise<StreamMessage | undefined> {
    while (waiting.length === 0 && !isOver) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return waiting.shift();
  }
  return {
    response,
    next,
    nextUri: async () => (await next())?.params?.uri,
    waiting,
    drop: () => abort.abort(),
  };
}

/** Subscribes, and waits until the server has acknowledged that. */
export async function subscribed(
  mcpUrl: string,
  uris: string[],
  token?: string,
): Promise<ListenStream & { acknowledged: object | undefined }> {
  const stream = await listen(mcpUrl, uris, token);
  return { ...stream, acknowledged: (await stream.next())?.params?.notifications };
}
