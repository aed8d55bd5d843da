import { isLoopbackHost } from '../../platform/loopback.js';
import { type Json, request, requestMcp, summary } from './request.js';
import { type Check, isOwn, type Problem, Skipped } from './run.js';

const REQUIRED_ENDPOINTS = ['authorization_endpoint', 'token_endpoint'];
const NO_SIGN_IN = 'the endpoint does not ask for a token';

/** Check that a client can find the sign-in, and that all documents agree with each other. */
export const discoveryChecks: Check[] = [
  {
    name: 'WWW-Authenticate',
    async run({ mcpUrl, first }) {
      if (first?.status !== 401) return new Skipped(NO_SIGN_IN);
      const header = first.headers.get('www-authenticate') ?? '';
      if (!/^Bearer\b/i.test(header)) {
        const problem =
          'The 401 answer has no WWW-Authenticate header with Bearer: clients do not start to sign in';
        return [{ problem, fix: 'Make the proxy pass the header on, and do not authenticate in the proxy' }];
      }
      const named = /resource_metadata="([^"]+)"/.exec(header)?.[1];
      if (named === undefined)
        return [{ problem: 'The challenge names no resource_metadata', fix: 'Add it (RFC 9728)' }];
      if (named !== metadataUrl(mcpUrl)) {
        const problem = `The challenge names ${named}, clients that were given ${mcpUrl} expect ${metadataUrl(mcpUrl)}`;
        return [{ problem, fix: 'Set PUBLIC_URL to the origin that clients use' }];
      }
      return [];
    },
  },
  {
    name: 'a wrong token is refused',
    async run({ mcpUrl, first }) {
      if (first?.status !== 401) return new Skipped(NO_SIGN_IN);
      const answer = await requestMcp(mcpUrl, { Authorization: 'Bearer not-a-token' });
      if (answer.status === 401) return [];
      const problem = `A wrong token is answered with ${summary(answer)} instead of 401`;
      return [{ problem, fix: 'Let the server check tokens; only 401 makes a client sign in again' }];
    },
  },
  {
    name: 'resource metadata',
    async run(doctorRun) {
      if (doctorRun.first?.status !== 401) return new Skipped(NO_SIGN_IN);
      const url = metadataUrl(doctorRun.mcpUrl);
      const answer = await request(url);
      if (answer.status !== 200 || answer.json === undefined) {
        const problem = `${url} is not a JSON document: ${summary(answer)}`;
        return [{ problem, fix: 'Forward /.well-known/ to the server, before any rule for static files' }];
      }
      doctorRun.resourceMetadata = answer.json;
      const { resource, authorization_servers: servers } = answer.json;
      const problems: Problem[] = [];
      if (resource !== doctorRun.mcpUrl) {
        const problem = `resource is ${String(resource)}, but clients are given ${doctorRun.mcpUrl}`;
        problems.push({
          problem,
          fix: 'Set PUBLIC_URL to the origin that clients use, and give clients that address',
        });
      }
      const issuer: unknown = Array.isArray(servers) ? servers[0] : undefined;
      if (typeof issuer === 'string' && URL.canParse(issuer)) doctorRun.issuer = issuer;
      else problems.push({ problem: 'authorization_servers is empty', fix: 'Name the authorization server' });
      return problems;
    },
  },
  {
    name: 'authorization server metadata',
    async run(doctorRun) {
      const { issuer } = doctorRun;
      if (issuer === undefined) return new Skipped('no authorization server is named');
      const found = await findServerMetadata(issuer);
      if (found === undefined) {
        const problem = `No metadata is found for the issuer ${issuer}`;
        return [{ problem, fix: 'Forward /.well-known/oauth-authorization-server to the server' }];
      }
      doctorRun.serverMetadata = found.document;
      doctorRun.serverMetadataUrl = found.place;
      return serverMetadataProblems(found.document, issuer, isOwn(doctorRun, issuer));
    },
  },
  {
    name: 'PKCE is advertised',
    async run({ serverMetadata }) {
      if (serverMetadata === undefined) return new Skipped('there is no metadata');
      const methods = serverMetadata['code_challenge_methods_supported'];
      if (Array.isArray(methods) && methods.includes('S256')) return [];
      const problem =
        'code_challenge_methods_supported does not list S256: MCP clients must refuse this server';
      return [{ problem, fix: 'Turn PKCE on at the authorization server, and advertise it' }];
    },
  },
  {
    name: 'openid-configuration',
    async run(doctorRun) {
      if (doctorRun.issuer === undefined) return new Skipped('no authorization server is named');
      const answer = await request(`${new URL(doctorRun.issuer).origin}/.well-known/openid-configuration`);
      if (answer.status === 404 || (answer.status === 200 && answer.json !== undefined)) return [];
      const problem = `/.well-known/openid-configuration is neither JSON nor missing: ${summary(answer)}`;
      return [{ problem, fix: 'Answer 404 when there is no document; an HTML page breaks clients' }];
    },
  },
  {
    name: 'nothing is built from request headers',
    async run({ mcpUrl, resourceMetadata }) {
      if (resourceMetadata === undefined) return new Skipped('there is no metadata');
      const forged = { 'X-Forwarded-Host': 'forged.example', 'X-Forwarded-Proto': 'http' };
      const answer = await request(metadataUrl(mcpUrl), { headers: forged });
      if (!answer.text.includes('forged.example')) return [];
      const problem = 'A forged X-Forwarded-Host appears in the metadata: caches could serve it to others';
      return [
        { problem, fix: 'Build addresses from configuration, and make the proxy overwrite the header' },
      ];
    },
  },
];

/** Returns the URL of an endpoint's metadata (RFC 9728 section 3.1). */
export function metadataUrl(mcpUrl: string): string {
  const { origin, pathname } = new URL(mcpUrl);
  return `${origin}/.well-known/oauth-protected-resource${pathname.replace(/\/$/, '')}`;
}

async function findServerMetadata(issuer: string): Promise<{ place: string; document: Json } | undefined> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  for (const place of [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ]) {
    const answer = await request(place);
    if (answer.status === 200 && answer.json !== undefined) return { place, document: answer.json };
  }
  return undefined;
}

/** @param own whether the issuer is the server itself, since operators may not control an external provider */
function serverMetadataProblems(metadata: Json, issuer: string, own: boolean): Problem[] {
  const problems: Problem[] = [];
  if (metadata['issuer'] !== issuer) {
    problems.push({
      problem: `issuer is ${String(metadata['issuer'])}, the resource metadata names ${issuer}; they must be the same text`,
      fix: 'Set PUBLIC_URL (or EXTERNAL_ISSUER) to exactly that text, including or omitting the trailing slash',
    });
  }
  for (const name of REQUIRED_ENDPOINTS) {
    if (typeof metadata[name] !== 'string')
      problems.push({ problem: `${name} is missing`, fix: 'Add it to the metadata' });
  }
  for (const [name, value] of Object.entries(metadata)) {
    if (!/_endpoint$|^jwks_uri$/.test(name) || typeof value !== 'string' || !URL.canParse(value)) continue;
    const { protocol, hostname } = new URL(value);
    if (protocol === 'https:' || isLoopbackHost(hostname)) continue;
    problems.push({ problem: `${name} is not https: ${value}`, fix: 'Set PUBLIC_URL to the https origin' });
  }
  if (metadata['authorization_response_iss_parameter_supported'] !== true) {
    problems.push({
      problem: 'iss in authorization answers is not advertised (RFC 9207)',
      fix: 'Let the authorization server send it, and advertise it; clients of several servers need it',
      warning: !own,
    });
  }
  const registers = metadata['registration_endpoint'] || metadata['client_id_metadata_document_supported'];
  if (!registers) {
    problems.push({
      problem: 'Clients can neither register nor use a metadata document: each must be added by hand',
      fix: 'Set ENABLE_DCR=true, or allow client ID metadata documents at your provider',
      warning: true,
    });
  }
  return problems;
}
