import { type Answer, request, requestRefusedRegistration, requestRefusedToken, summary } from './request.js';
import { type Check, endpoint, isOwn, type Problem, Skipped } from './run.js';

/** Check that programs and browsers can use the sign-in endpoints. */
export const signInChecks: Check[] = [
  {
    name: 'registration',
    async run(doctorRun) {
      const url = endpoint(doctorRun, 'registration_endpoint');
      if (url === undefined) return new Skipped('clients cannot register');
      const answer = await requestRefusedRegistration(url);
      if (answer.status === 429) return tooMany(answer);
      if (answer.status === 400 && typeof answer.json?.['error'] === 'string') return [];
      const problem = `A registration without addresses should be refused as JSON, but got ${summary(answer)}`;
      return [
        {
          problem,
          fix: 'Forward POST /register to the server, and let its errors through',
          warning: !isOwn(doctorRun, url),
        },
      ];
    },
  },
  {
    name: 'token endpoint',
    async run(doctorRun) {
      const url = endpoint(doctorRun, 'token_endpoint');
      if (url === undefined) return new Skipped('there is no metadata');
      const answer = await requestRefusedToken(url);
      if (answer.status === 429) return tooMany(answer);
      if (typeof answer.json?.['error'] === 'string' && answer.status < 500) return [];
      const problem = `A wrong token request should be refused as JSON, but got ${summary(answer)}`;
      return [{ problem, fix: 'Forward POST /token to the server, and let its errors through' }];
    },
  },
  {
    name: 'key set',
    async run(doctorRun) {
      const url = endpoint(doctorRun, 'jwks_uri');
      if (url === undefined) return new Skipped('no jwks_uri is named');
      const answer = await request(url);
      const keys = answer.json?.['keys'];
      if (!Array.isArray(keys) || keys.length === 0) {
        return [{ problem: `${url} has no keys: ${summary(answer)}`, fix: 'Forward it to the server' }];
      }
      if (!keys.some((key: object) => 'd' in key)) return [];
      const problem = 'The key set publishes a PRIVATE key: anyone can forge tokens';
      return [{ problem, fix: 'Take it down, rotate the keys at once, and publish public keys only' }];
    },
  },
  {
    name: 'sign-in page',
    async run(doctorRun) {
      const url = endpoint(doctorRun, 'authorization_endpoint');
      if (url === undefined) return new Skipped('there is no metadata');
      // This server's form is at /login; a provider's own form could be anywhere.
      const pages = isOwn(doctorRun, url) ? [url, new URL('/login', url).href] : [url];
      const problems: Problem[] = [];
      for (const page of pages) {
        const answer = await request(page, { headers: { Origin: 'https://app.example' } });
        for (const found of pageProblems(page, answer))
          problems.push({ ...found, warning: !isOwn(doctorRun, page) });
      }
      return problems;
    },
  },
];

/** Finds what would keep a browser from signing in on a page, without sending a valid request. */
function pageProblems(page: string, answer: Answer): Problem[] {
  const problems: Problem[] = [];
  const { status, headers } = answer;
  if ([403, 404, 405].includes(status) || status >= 500) {
    problems.push({
      problem: `Browsers cannot open ${page}: ${summary(answer)}`,
      fix: 'Forward /authorize and /login to the server, without bot protection or another sign-in in front',
    });
  }
  if (/form-action/i.test(headers.get('content-security-policy') ?? '')) {
    problems.push({
      problem: `The Content-Security-Policy of ${page} has form-action: browsers then block the way back to the client`,
      fix: 'Remove form-action from the policy that your proxy adds',
    });
  }
  if (headers.get('access-control-allow-origin') !== null) {
    problems.push({
      problem: `Scripts of other sites may read the sign-in page ${page} (Access-Control-Allow-Origin)`,
      fix: 'Do not add CORS headers to all paths in the proxy',
    });
  }
  return problems;
}

function tooMany({ headers }: Answer): Skipped {
  const wait = headers.get('retry-after');
  return new Skipped(`too many requests from here${wait ? `; try again in ${wait} seconds` : ''}`);
}
