import { type Answer, ask, askMcp, askRefusedRegistration, askRefusedToken } from './ask.js';
import { metadataUrl } from './discovery.js';
import { type Check, endpoint, isOwn, type Problem, Skipped, type Visit } from './visit.js';

/** A web client anywhere, for what every page may read. */
const ANYWHERE = 'https://app.example';
/** A web client on the computer of its user, such as the MCP Inspector: the only pages that may call `/mcp` by default. */
const ON_THIS_COMPUTER = 'http://localhost:6274';

interface Place {
  url: string;
  method: string;
  origin: string;
  ask: (url: string, headers: Record<string, string>) => Promise<Answer>;
}

/** Whether clients that are web pages can read the answers: to the preflight request, and to the real one. */
export const corsChecks: Check[] = [
  {
    name: 'CORS',
    async run(visit) {
      if (visit.resourceMetadata === undefined) return new Skipped('there is no metadata');
      const problems: Problem[] = [];
      for (const place of placesOf(visit)) {
        const problem = await examinePlace(place);
        if (problem === undefined) continue;
        problems.push({
          problem,
          fix: 'Let the proxy pass OPTIONS and the Access-Control headers on, and add none of its own',
          warning: !isOwn(visit, place.url),
        });
      }
      return problems;
    },
  },
];

async function examinePlace({ url, method, origin, ask: askReally }: Place): Promise<string | undefined> {
  const real = await askReally(url, { Origin: origin });
  // Pages of that origin are refused on purpose, or the endpoint fails altogether, which another check names.
  if (real.status === 403 || real.json === undefined) return undefined;
  const preflight = await ask(url, {
    method: 'OPTIONS',
    headers: { Origin: origin, 'Access-Control-Request-Method': method },
  });
  for (const [what, { headers }] of [
    ['preflight', preflight],
    [method, real],
  ] as const) {
    const allowed = headers.get('access-control-allow-origin');
    if (allowed === '*' || allowed === origin) continue;
    const instead = allowed === null ? 'no Access-Control-Allow-Origin' : `only ${allowed} allowed`;
    return `${url} does not let scripts of web clients read it: the answer to ${what} has ${instead}`;
  }
  return undefined;
}

function placesOf(visit: Visit): Place[] {
  const get: Place['ask'] = (url, headers) => ask(url, { headers });
  const candidates: [string | undefined, string, Place['ask']][] = [
    [metadataUrl(visit.mcpUrl), 'GET', get],
    [visit.serverMetadataUrl, 'GET', get],
    [endpoint(visit, 'jwks_uri'), 'GET', get],
    [endpoint(visit, 'registration_endpoint'), 'POST', askRefusedRegistration],
    [endpoint(visit, 'token_endpoint'), 'POST', askRefusedToken],
    [visit.mcpUrl, 'POST', askMcp],
  ];
  return candidates.flatMap(([url, method, how]) =>
    url === undefined
      ? []
      : [{ url, method, ask: how, origin: url === visit.mcpUrl ? ON_THIS_COMPUTER : ANYWHERE }],
  );
}
