import type { McpHttpHandler } from '@modelcontextprotocol/server';
import { weightOf } from '../http/accept.js';

type Fetch = McpHttpHandler['fetch'];

const JSON_TYPE = 'application/json';
const STREAM_TYPE = 'text/event-stream';

/**
 * Negotiates the type of an answer as RFC 9110 section 12.5.1 says.
 *
 * Works around the SDK, which in the 2025 era looks for the names of both types in the text of `Accept`, so that it
 * refuses wildcards, other cases and a missing header, and takes `q=0` for a yes; and which in the 2026 era does not
 * read the header. It gets a header that names both types. Its answer is rewritten if the client reads only the other
 * type: a stream becomes the response at its end, and a response becomes a stream of one event.
 */
export function negotiated(fetch: Fetch): Fetch {
  return async (request, options) => {
    const accept = request.headers.get('accept');
    const readsJson = weightOf(accept, JSON_TYPE) > 0;
    const readsStream = weightOf(accept, STREAM_TYPE) > 0;
    const body: unknown = options?.parsedBody;
    if (!readsStream && (!readsJson || asksForStream(body))) return notAcceptable(body);
    request.headers.set('accept', `${JSON_TYPE}, ${STREAM_TYPE}`);
    const response = await fetch(request, options);
    const type = response.headers.get('content-type') ?? '';
    if (type.startsWith(STREAM_TYPE) && !readsStream) return asJson(response, Array.isArray(body));
    // An error is sent as JSON to everyone, because a client that wants a stream looks at its status first.
    if (type.startsWith(JSON_TYPE) && response.ok && !readsJson) return asStream(response);
    return response;
  };
}

/** Checks for the call whose answer is a stream that does not end. */
function asksForStream(body: unknown): boolean {
  return fieldOf(body, 'method') === 'subscriptions/listen';
}

function notAcceptable(body: unknown): Response {
  const id = fieldOf(body, 'id') ?? null;
  const offered = asksForStream(body) ? STREAM_TYPE : `${JSON_TYPE} or ${STREAM_TYPE}`;
  const message = `Not acceptable: the answer can be ${offered}. Send "Accept: ${JSON_TYPE}, ${STREAM_TYPE}"`;
  return Response.json({ jsonrpc: '2.0', error: { code: -32000, message }, id }, { status: 406 });
}

function fieldOf(body: unknown, name: 'method' | 'id'): string | number | undefined {
  const value = (body as Record<string, unknown> | undefined | null)?.[name];
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

/** Waits for the end of a stream and returns its responses. Notifications have no place in JSON. */
async function asJson(response: Response, isBatch: boolean): Promise<Response> {
  const responses = (await response.text())
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice('data: '.length)) as object)
    .filter((message) => !('method' in message));
  // The stream of a client that is gone ends without a response.
  if (responses.length === 0) return new Response(null, { status: 499 });
  return Response.json(isBatch ? responses : responses[0], { status: response.status });
}

async function asStream(response: Response): Promise<Response> {
  const headers = { 'Content-Type': STREAM_TYPE, 'Cache-Control': 'no-cache', 'X-Accel-Buffering': 'no' };
  return new Response(`event: message\ndata: ${await response.text()}\n\n`, { headers });
}
