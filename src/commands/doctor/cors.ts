import { metadataUrl } from './discovery.js';
import {
  type Answer,
  request,
  requestMcp,
  requestRefusedRegistration,
  requestRefusedToken,
} from './request.js';
import { type Check, type DoctorRun, endpoint, isOwn, type Problem, Skipped } from './run.js';

/** The origin of a web client, for documents that every page may read. */
const ANYWHERE = 'https://app.example';
/** The origin of a local web client, such as the MCP Inspector. By default only local pages may call `/mcp`. */
const ON_THIS_COMPUTER = 'http://localhost:6274';

interface Place {
  url: string;
  method: string;
  origin: string;
  request: (url: string, headers: Record<string, string>) => Promise<Answer>;
}

/** Check that web clients can read the answers to both the preflight and the actual request. */
export const corsChecks: Check[] = [
  {
    name: 'CORS',
    async run(doctorRun) {
      if (doctorRun.resourceMetadata === undefined) return new Skipped('there is no metadata');
      const problems: Problem[] = [];
      for (const place of placesOf(doctorRun)) {
        const problem = await corsProblem(place);
        if (problem === undefined) continue;
        problems.push({
          problem,
          fix: 'Make the proxy pass on OPTIONS and the Access-Control headers, and add none of its own',
          warning: !isOwn(doctorRun, place.url),
        });
      }
      return problems;
    },
  },
];

async function corsProblem({ url, method, origin, request: send }: Place): Promise<string | undefined> {
  const real = await send(url, { Origin: origin });
  // Either pages of this origin are refused on purpose, or the endpoint fails altogether, which another check reports.
  if (real.status === 403 || real.json === undefined) return undefined;
  const preflight = await request(url, {
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

function placesOf(doctorRun: DoctorRun): Place[] {
  const get: Place['request'] = (url, headers) => request(url, { headers });
  const candidates: [string | undefined, string, Place['request']][] = [
    [metadataUrl(doctorRun.mcpUrl), 'GET', get],
    [doctorRun.serverMetadataUrl, 'GET', get],
    [endpoint(doctorRun, 'jwks_uri'), 'GET', get],
    [endpoint(doctorRun, 'registration_endpoint'), 'POST', requestRefusedRegistration],
    [endpoint(doctorRun, 'token_endpoint'), 'POST', requestRefusedToken],
    [doctorRun.mcpUrl, 'POST', requestMcp],
  ];
  return candidates.flatMap(([url, method, how]) =>
    url === undefined
      ? []
      : [{ url, method, request: how, origin: url === doctorRun.mcpUrl ? ON_THIS_COMPUTER : ANYWHERE }],
  );
}
