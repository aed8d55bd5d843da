import { ask, summary } from './ask.js';
import { metadataUrl } from './discovery.js';
import { type Check, type Problem, Skipped, type Visit } from './visit.js';

const FIRST_EVENT_WITHIN_MS = 5000;

/** Whether the endpoints of the sign-in can be used by programs, scripts and browsers. */
export const signInChecks: Check[] = [
  {
    name: 'CORS',
    async run(visit) {
      const places = [metadataUrl(visit.mcpUrl), endpoint(visit, 'token_endpoint')];
      if (visit.resourceMetadata === undefined) return new Skipped('there is no metadata');
      const problems: Problem[] = [];
      for (const place of places.filter((url) => url !== undefined)) {
        const headers = { Origin: 'https://app.example', 'Access-Control-Request-Method': 'POST' };
        const { headers: answered } = await ask(place, { method: 'OPTIONS', headers });
        if (answered.get('access-control-allow-origin') !== null) continue;
        problems.push({
          problem: `${place} does not let scripts of web clients read it`,
          fix: 'Let the proxy pass OPTIONS and the Access-Control headers on',
        });
      }
      return problems;
    },
  },
  {
    name: 'registration',
    async run(visit) {
      const url = endpoint(visit, 'registration_endpoint');
      if (url === undefined) return new Skipped('clients can not register');
      // Not acceptable on purpose: nothing is left behind.
      const answer = await ask(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ redirect_uris: [] }),
      });
      if (answer.status === 400 && typeof answer.json?.['error'] === 'string') return [];
      const problem = `A registration without addresses should be refused as JSON, but got ${summary(answer)}`;
      return [{ problem, fix: 'Forward POST /register to the server, and let its errors through' }];
    },
  },
  {
    name: 'token endpoint',
    async run(visit) {
      const url = endpoint(visit, 'token_endpoint');
      if (url === undefined) return new Skipped('there is no metadata');
      const answer = await ask(url, { method: 'POST', body: new URLSearchParams({ grant_type: 'none' }) });
      if (typeof answer.json?.['error'] === 'string' && answer.status < 500) return [];
      const problem = `A wrong token request should be refused as JSON, but got ${summary(answer)}`;
      return [{ problem, fix: 'Forward POST /token to the server, and let its errors through' }];
    },
  },
  {
    name: 'key set',
    async run(visit) {
      const url = endpoint(visit, 'jwks_uri');
      if (url === undefined) return new Skipped('no jwks_uri is named');
      const answer = await ask(url);
      const keys = answer.json?.['keys'];
      if (!Array.isArray(keys) || keys.length === 0) {
        return [{ problem: `${url} has no keys: ${summary(answer)}`, fix: 'Forward it to the server' }];
      }
      if (!keys.some((key: object) => 'd' in key)) return [];
      const problem = 'The key set publishes a PRIVATE key: anybody can make tokens';
      return [{ problem, fix: 'Take it down, rotate the keys at once, and publish public keys only' }];
    },
  },
  {
    name: 'sign-in page',
    async run(visit) {
      const url = endpoint(visit, 'authorization_endpoint');
      if (url === undefined) return new Skipped('there is no metadata');
      const { headers } = await ask(url, { headers: { Origin: 'https://app.example' } });
      const problems: Problem[] = [];
      if (/form-action/i.test(headers.get('content-security-policy') ?? '')) {
        problems.push({
          problem:
            'The Content-Security-Policy has form-action: browsers then block the way back to the client',
          fix: 'Remove form-action from the policy that your proxy adds',
        });
      }
      if (headers.get('access-control-allow-origin') !== null) {
        problems.push({
          problem: 'Scripts of other sites may read the sign-in page (Access-Control-Allow-Origin)',
          fix: 'Do not add CORS headers to all paths in the proxy',
        });
      }
      return problems;
    },
  },
  {
    name: 'streams are not buffered',
    async run({ mcpUrl, token }) {
      if (token === undefined) return new Skipped('needs a static token: --token-file FILE');
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), FIRST_EVENT_WITHIN_MS);
      try {
        const response = await fetch(new URL('/sse', mcpUrl), {
          headers: { Authorization: `Bearer ${token}`, Accept: 'text/event-stream' },
          signal: stop.signal,
        });
        if (response.status === 404) return new Skipped('the SSE transport is off');
        if (response.status === 401) return new Skipped('the token is not accepted');
        const first = await response.body?.getReader().read();
        if (first?.value !== undefined) return [];
        return [{ problem: 'The event stream ends at once', fix: 'Let the proxy keep streams open' }];
      } catch (error) {
        if (!stop.signal.aborted) throw error;
        const problem = `No event arrived within ${FIRST_EVENT_WITHIN_MS / 1000} seconds: something holds the stream back`;
        return [{ problem, fix: 'Turn buffering and compression of text/event-stream off in the proxy' }];
      } finally {
        clearTimeout(timer);
        stop.abort();
      }
    },
  },
];

function endpoint({ serverMetadata }: Visit, name: string): string | undefined {
  const value = serverMetadata?.[name];
  return typeof value === 'string' && URL.canParse(value) ? value : undefined;
}
