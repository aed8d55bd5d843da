import type { IncomingMessage } from 'node:http';
import { type Agent, get } from 'node:https';
import { isIP } from 'node:net';
import { z } from 'zod';
import { setNewest } from '../../bounded-map.js';
import { OAuthError } from '../common/errors.js';
import { type Client, GRANT_TYPES } from './client.js';
import { redirectUris } from './client-metadata.js';
import { displayName } from './display-name.js';
import { PublicOnlyAgent } from './public-only-agent.js';

const TIMEOUT_MS = 5000;
const MAX_BYTES = 5 * 1024;
const MAX_URL_LENGTH = 500;
const MAX_FETCHES_AT_ONCE = 20;
const MAX_CACHED = 500;
/** Seconds a document is kept: at least long enough for one sign-in to load it once, at most a day. */
const CACHE = { min: 60, default: 300, max: 86_400 };

/** The contents of a valid document. Secrets are refused, because anyone can read a document. */
const clientDocument = z.object({
  client_id: z.string(),
  client_name: z.string().min(1).max(120),
  redirect_uris: redirectUris,
  token_endpoint_auth_method: z.literal('none').default('none'),
  client_secret: z.never().optional(),
  client_secret_expires_at: z.never().optional(),
});

export interface ClientDocuments {
  /**
   * Returns the client that a document describes, from the cache or from its host.
   *
   * @param beforeFetch called before a connection is made; it may throw to prevent it
   * @throws {OAuthError} `invalid_client` when the address or the document is not acceptable, 503 when too busy
   */
  load: (clientId: string, beforeFetch: () => Promise<void>) => Promise<Client>;
  /** Returns what is known of a client without its document: enough to redeem what is already bound to its id. */
  withoutDocument: (clientId: string) => Client;
  /** Returns the name in a document that was loaded before, or the host of its address. */
  nameOf: (clientId: string) => string;
}

/** Checks whether a `client_id` is the address of a document. Ids made by this server never are. */
export function isDocumentUrl(clientId: string): boolean {
  return clientId.startsWith('https://');
}

/**
 * Loads clients from OAuth Client ID Metadata Documents: the id of such a client is the https address of a JSON document
 * that describes it. Strangers choose these addresses, so everything about the fetch is bounded.
 *
 * @param allowedDomains the domains that documents may come from, including their subdomains; every domain when empty
 */
export function createClientDocuments(
  allowedDomains: string[],
  agent: Agent = new PublicOnlyAgent(),
): ClientDocuments {
  const cache = new Map<string, { client: Client; until: number }>();
  const pending = new Map<string, Promise<Client>>();

  function assertAcceptable(clientId: string): URL {
    const url = URL.canParse(clientId) ? new URL(clientId) : undefined;
    if (url === undefined || clientId.length > MAX_URL_LENGTH || !isAcceptableUrl(url, clientId)) {
      throw refusal(
        'The address that describes this application is not acceptable.',
        'the client_id begins with https:// and is not an acceptable address of a document',
      );
    }
    const allowed = allowedDomains.some((d) => url.hostname === d || url.hostname.endsWith(`.${d}`));
    if (allowedDomains.length > 0 && !allowed) {
      throw refusal(
        'This server does not accept applications described at that domain.',
        `${url.hostname} is not in CIMD_ALLOWED_DOMAINS`,
      );
    }
    return url;
  }

  async function fetchClient(url: URL): Promise<Client> {
    const { text, maxAge } = await fetchJson(url, agent);
    const client = parseClient(text, url);
    setNewest(cache, url.href, { client, until: Date.now() + maxAge * 1000 }, MAX_CACHED);
    return client;
  }

  return {
    async load(clientId, beforeFetch) {
      const url = assertAcceptable(clientId);
      const cached = cache.get(clientId);
      if (cached !== undefined && cached.until > Date.now()) return cached.client;
      await beforeFetch();
      const running = pending.get(clientId);
      if (running !== undefined) return running;
      if (pending.size >= MAX_FETCHES_AT_ONCE) {
        throw new OAuthError('temporarily_unavailable', 'Too many sign-ins at once. Try again in a moment', {
          status: 503,
          headers: { 'Retry-After': '5' },
          detail: `${pending.size} client metadata documents are being fetched already`,
        });
      }
      cache.delete(clientId);
      const fetched = fetchClient(url).finally(() => pending.delete(clientId));
      pending.set(clientId, fetched);
      return fetched;
    },
    withoutDocument(clientId) {
      const { hostname } = assertAcceptable(clientId);
      return { ...publicClient(clientId, hostname), name: hostname, redirectUris: [] };
    },
    nameOf: (clientId) => cache.get(clientId)?.client.name ?? assertAcceptable(clientId).hostname,
  };
}

/**
 * Checks that a URL has a host name with a dot, the standard port and a path, and no IP address, user or fragment
 * (section 3 of the draft). It must also be spelled exactly as it is parsed, which rules out dot segments and other
 * spellings.
 */
function isAcceptableUrl(url: URL, text: string): boolean {
  const { hostname } = url;
  return (
    url.href === text &&
    url.protocol === 'https:' &&
    url.port === '' &&
    url.username === '' &&
    url.password === '' &&
    !text.includes('#') &&
    url.pathname !== '/' &&
    hostname.includes('.') &&
    !hostname.endsWith('.') &&
    !hostname.startsWith('[') &&
    isIP(hostname) === 0
  );
}

/** Fetches a document without following redirects, within the limits on time and size. */
async function fetchJson(url: URL, agent: Agent): Promise<{ text: string; maxAge: number }> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(url, { agent, signal, headers: { Accept: 'application/json' } }, resolve).on('error', reject);
    });
    const type = response.headers['content-type'] ?? '';
    if (response.statusCode !== 200 || !/^application\/([\w.-]+\+)?json *(;|$)/i.test(type)) {
      response.destroy();
      throw refusal(
        'There is no description of this application at its address.',
        `${url.hostname} answered ${response.statusCode} with content type "${type}"`,
      );
    }
    const chunks: Buffer[] = [];
    let size = 0;
    // Leaving the loop early closes the connection.
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_BYTES)
        throw refusal(
          'The description of this application is too large.',
          `the document is larger than ${MAX_BYTES} bytes`,
        );
      chunks.push(chunk);
    }
    return {
      text: Buffer.concat(chunks).toString(),
      maxAge: cacheSeconds(response.headers['cache-control']),
    };
  } catch (error) {
    if (error instanceof OAuthError) throw error;
    throw refusal(
      'The description of this application could not be fetched.',
      `the request to ${url.hostname} failed: ${(error as Error).message}`,
    );
  }
}

function cacheSeconds(cacheControl = ''): number {
  if (/\bno-(store|cache)\b/i.test(cacheControl)) return CACHE.min;
  const maxAge = /\bmax-age=(\d+)/i.exec(cacheControl)?.[1];
  return Math.min(Math.max(maxAge === undefined ? CACHE.default : Number(maxAge), CACHE.min), CACHE.max);
}

function parseClient(text: string, url: URL): Client {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refusal('The description of this application is not JSON.', 'the document is not JSON');
  }
  const parsed = clientDocument.safeParse(json);
  if (!parsed.success)
    throw refusal('The description of this application is not valid.', describeIssues(parsed.error));
  const { client_id, client_name, redirect_uris } = parsed.data;
  if (client_id !== url.href)
    throw refusal(
      'The description of this application belongs to another address.',
      'the client_id in the document is not the address of the document',
    );
  return {
    ...publicClient(client_id, url.hostname),
    name: displayName(client_name),
    redirectUris: redirect_uris,
  };
}

function publicClient(clientId: string, host: string) {
  return { clientId, host, grantTypes: GRANT_TYPES, secretHash: undefined };
}

/** Lists the invalid fields. Their values are left out, because strangers wrote them. */
function describeIssues({ issues }: z.ZodError): string {
  const fields = issues.map(({ path }) => path[0]).filter((field) => field !== undefined);
  return `not acceptable in the document: ${fields.map(String).join(', ') || 'it is not an object'}`;
}

function refusal(message: string, detail: string): OAuthError {
  return new OAuthError('invalid_client', message, { detail });
}
