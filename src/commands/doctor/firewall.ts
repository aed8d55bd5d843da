import { metadataUrl } from './discovery.js';
import {
  type Answer,
  request,
  requestMcp,
  requestRefusedRegistration,
  requestRefusedToken,
  summary,
} from './request.js';
import { type Check, type DoctorRun, endpoint, isOwn, type Problem } from './run.js';

/** User agents of known clients. */
const USER_AGENTS = [
  'python-httpx/0.28.1',
  'Claude-User',
  'openai-mcp/1.0.0',
  'Cursor/1.0',
  'Go-http-client/2.0',
];

interface Place {
  url: string;
  request: (url: string, headers: Record<string, string>) => Promise<Answer>;
}

/** Check that no firewall blocks clients that look like bots, at any address they use. */
export const firewallChecks: Check[] = [
  {
    name: 'known user agents get through',
    async run(doctorRun) {
      const problems: Problem[] = [];
      for (const place of placesOf(doctorRun)) {
        const usual = await place.request(place.url, { 'User-Agent': 'node' });
        for (const agent of USER_AGENTS) {
          const answer = await place.request(place.url, { 'User-Agent': agent });
          // 429 depends on the number of requests, not on who sends them.
          if (answer.status === usual.status || answer.status === 429) continue;
          problems.push({
            problem: `${place.url} treats requests of the user agent ${agent} differently: ${summary(answer)}`,
            fix: 'Exempt the paths of this server from bot protection in your firewall or CDN',
          });
        }
      }
      return problems;
    },
  },
];

function placesOf(doctorRun: DoctorRun): Place[] {
  const get: Place['request'] = (url, headers) => request(url, { headers });
  const candidates: [string | undefined, Place['request']][] = [
    [doctorRun.mcpUrl, requestMcp],
    [doctorRun.resourceMetadata && metadataUrl(doctorRun.mcpUrl), get],
    [doctorRun.serverMetadataUrl, get],
    [endpoint(doctorRun, 'registration_endpoint'), requestRefusedRegistration],
    [endpoint(doctorRun, 'token_endpoint'), requestRefusedToken],
  ];
  return candidates.flatMap(([url, how]) =>
    url !== undefined && isOwn(doctorRun, url) ? [{ url, request: how }] : [],
  );
}
