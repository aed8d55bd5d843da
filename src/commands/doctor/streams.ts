import { type Check, type Problem, Skipped } from './run.js';

const FIRST_EVENT_WITHIN_MS = 5000;
const OFF = 'the SSE transport is off';

/** Check that the legacy SSE transport works, whose answers arrive in a stream. */
export const streamChecks: Check[] = [
  {
    name: 'SSE endpoint',
    run: ({ mcpUrl }) =>
      openStream(mcpUrl, {}, async (response) => {
        if (response.status === 404 || response.status === 405) return new Skipped(OFF);
        return response.status === 401 ? [] : noStream(response);
      }),
  },
  {
    name: 'streams are not buffered',
    async run({ mcpUrl, token }) {
      if (token === undefined) return new Skipped('needs a static token: --token-file FILE');
      return openStream(mcpUrl, { Authorization: `Bearer ${token}` }, async (response) => {
        if (response.status === 404 || response.status === 405) return new Skipped(OFF);
        if (response.status === 401) return new Skipped('the token is not accepted');
        const problems = noStream(response);
        if (problems.length > 0) return problems;
        const first = await response.body?.getReader().read();
        if (first?.value !== undefined) return [];
        return [{ problem: 'The event stream ends at once', fix: 'Let the proxy keep streams open' }];
      });
    },
  },
];

/** Opens the stream, inspects the response, and closes it. */
async function openStream(
  mcpUrl: string,
  headers: Record<string, string>,
  look: (response: Response) => Promise<Problem[] | Skipped>,
): Promise<Problem[] | Skipped> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), FIRST_EVENT_WITHIN_MS);
  try {
    const url = new URL('/sse', mcpUrl);
    return await look(
      await fetch(url, {
        headers: { Accept: 'text/event-stream', ...headers },
        redirect: 'manual',
        signal: stop.signal,
      }),
    );
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    const problem = `No event arrived within ${FIRST_EVENT_WITHIN_MS / 1000} seconds: something holds the stream back`;
    return [{ problem, fix: 'Turn off buffering and compression of text/event-stream in the proxy' }];
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

function noStream({ status, headers }: Response): Problem[] {
  const type = headers.get('content-type') ?? 'no content type';
  if (status === 200 && type.startsWith('text/event-stream')) return [];
  return [
    {
      problem: `/sse is not an event stream: status ${status}, ${type.split(';')[0]}`,
      fix: 'Forward GET /sse to the server; where the old transport is off (ENABLE_SSE=false) it answers 404',
    },
  ];
}
