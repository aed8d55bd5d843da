import { type Answer, ask, askMcp, askRefusedRegistration, askRefusedToken, summary } from './ask.js';
import { metadataUrl } from './discovery.js';
import { type Check, endpoint, isOwn, type Problem, type Visit } from './visit.js';

/** Names under which clients are known to come. */
const USER_AGENTS = [
  'python-httpx/0.28.1',
  'Claude-User',
  'openai-mcp/1.0.0',
  'Cursor/1.0',
  'Go-http-client/2.0',
];

interface Place {
  url: string;
  ask: (url: string, headers: Record<string, string>) => Promise<Answer>;
}

/** Whether programs are let through that a firewall takes for bots, at every address they ask. */
export const firewallChecks: Check[] = [
  {
    name: 'known user agents get through',
    async run(visit) {
      const problems: Problem[] = [];
      for (const place of placesOf(visit)) {
        const usual = await place.ask(place.url, { 'User-Agent': 'node' });
        for (const agent of USER_AGENTS) {
          const answer = await place.ask(place.url, { 'User-Agent': agent });
          // 429 is about how much was asked, not about who asks.
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

function placesOf(visit: Visit): Place[] {
  const get: Place['ask'] = (url, headers) => ask(url, { headers });
  const candidates: [string | undefined, Place['ask']][] = [
    [visit.mcpUrl, askMcp],
    [visit.resourceMetadata && metadataUrl(visit.mcpUrl), get],
    [visit.serverMetadataUrl, get],
    [endpoint(visit, 'registration_endpoint'), askRefusedRegistration],
    [endpoint(visit, 'token_endpoint'), askRefusedToken],
  ];
  return candidates.flatMap(([url, how]) =>
    url !== undefined && isOwn(visit, url) ? [{ url, ask: how }] : [],
  );
}
