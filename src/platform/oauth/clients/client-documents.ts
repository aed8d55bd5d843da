import type { Agent } from 'node:https';
import { setNewest } from '../../bounded-map.js';
import type { Logger } from '../../logger.js';
import { OAuthError } from '../common/errors.js';
import type { Client } from './client.js';
import { parseClient, publicClient, refusal } from './client-document.js';
import type { DocumentCopies } from './document-copies.js';
import { fetchJson, isFetchable, JsonFetchError, type JsonFetchProblem } from './fetch-json.js';
import type { Reachability } from './reachability.js';
import { sharedFetches } from './shared-fetches.js';

const MAX_URL_LENGTH = 500;
const MAX_CACHED = 500;
/** Seconds until a document is fetched again after its copy was used. */
const COPY_MAX_AGE = 60;
const NOT_FETCHED: Record<JsonFetchProblem, string> = {
  absent: 'There is no description of this application at its address.',
  large: 'The description of this application is too large.',
  failed: 'The description of this application could not be fetched.',
};

export interface ClientDocuments {
  /**
   * Returns the client that a document describes, from the cache or from its host.
   *
   * @param beforeFetch called before a connection is made; it may throw to prevent it
   * @throws {OAuthError} `invalid_client` when the address or the document is not acceptable, 503 when too busy
   */
  load: (clientId: string, beforeFetch: () => Promise<void>) => Promise<Client>;
  /** Returns what is known of a client without a fetch: enough to redeem what is already bound to its id. */
  withoutDocument: (clientId: string) => Promise<Client>;
  /** Returns the name in a document that was loaded before, or the host of its address. */
  nameOf: (clientId: string) => string;
}

/** What documents are loaded with, besides the network. */
export interface DocumentOptions {
  /** Whether documents are used at all. */
  enabled?: boolean;
  /** The schemes in `REDIRECT_SCHEMES`. */
  redirectSchemes?: readonly string[];
  copies?: Pick<DocumentCopies, 'find' | 'save' | 'delete'>;
  reachability?: Pick<Reachability, 'noteAnswer' | 'noteFailure'>;
  logger?: Pick<Logger, 'warn'>;
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
  agent: Agent,
  { enabled = true, redirectSchemes = [], copies, reachability, logger }: DocumentOptions = {},
): ClientDocuments {
  const cache = new Map<string, { client: Client; until: number }>();

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

  async function fetchClient(clientId: string): Promise<Client> {
    cache.delete(clientId);
    const url = new URL(clientId);
    const fetched = await fetchJson(url, agent).catch((error: unknown) => {
      if (error instanceof JsonFetchError) return error;
      throw error;
    });
    const failed = fetched instanceof JsonFetchError;
    if (!failed || fetched.status !== undefined) reachability?.noteAnswer(url);
    else reachability?.noteFailure(url);
    try {
      const { text, maxAge } = failed ? await copyOf(url, fetched) : fetched;
      const client = parseClient(text, url, redirectSchemes);
      if (!failed) await copies?.save(url.href, text);
      setNewest(cache, url.href, { client, until: Date.now() + maxAge * 1000 }, MAX_CACHED);
      return client;
    } catch (error) {
      // What the host says counts, so an older copy must not come back when it cannot be reached later.
      if (error instanceof OAuthError && (!failed || isFinal(fetched))) await copies?.delete(url.href);
      throw error;
    }
  }

  const fetchShared = sharedFetches(
    fetchClient,
    (running) =>
      new OAuthError('temporarily_unavailable', 'Too many sign-ins at once. Try again in a moment', {
        status: 503,
        headers: { 'Retry-After': '5' },
        detail: `${running} client metadata documents are being fetched already`,
      }),
  );

  /** Returns the last good copy of a document that could not be fetched. @throws {OAuthError} when there is none */
  async function copyOf(url: URL, error: JsonFetchError) {
    const { problem, message, status } = error;
    const copy = isFinal(error) ? undefined : await copies?.find(url.href);
    if (copy === undefined) {
      const hint = status === undefined ? ` ${whatToDo(url)}` : '';
      throw refusal(`${NOT_FETCHED[problem]}${hint}`, message);
    }
    const fetchedAt = new Date(copy.fetched_at * 1000).toISOString();
    logger?.warn(
      { host: url.hostname, reason: message, fetchedAt },
      'a client metadata document could not be fetched: its last good copy is used',
    );
    return { text: copy.document, maxAge: COPY_MAX_AGE };
  }

  /** Reads the stored copy of a document, which another replica may have fetched after this one. */
  async function storedClient(url: URL): Promise<Client | undefined> {
    const copy = await copies?.find(url.href);
    try {
      return copy && parseClient(copy.document, url, redirectSchemes);
    } catch {
      // A copy may break rules that are newer than it.
      return undefined;
    }
  }

  return {
    async load(clientId, beforeFetch) {
      if (!enabled) {
        throw refusal(
          'This server does not use descriptions of applications. Remove the connection in the application and add it again.',
          'the client_id is the address of a document, and CLIENT_DOCUMENTS is off',
        );
      }
      assertAcceptable(clientId);
      const cached = cache.get(clientId);
      if (cached !== undefined && cached.until > Date.now()) return cached.client;
      return fetchShared(clientId, beforeFetch);
    },
    async withoutDocument(clientId) {
      const url = assertAcceptable(clientId);
      const known = (await storedClient(url)) ?? cache.get(clientId)?.client;
      return known ?? { ...publicClient(clientId, url.hostname), name: url.hostname, redirectUris: [] };
    },
    nameOf: (clientId) => cache.get(clientId)?.client.name ?? assertAcceptable(clientId).hostname,
  };
}

/** Checks whether a whole answer says that there is no good document. Every other failure may pass. */
function isFinal({ problem, status }: JsonFetchError): boolean {
  return problem !== 'failed' && (status === 200 || status === 404 || status === 410);
}

/** Says what the operator can do. The host name is as the URL parser spells it, so it is safe to repeat. */
function whatToDo({ hostname }: URL): string {
  return (
    'Connect once more: the application may now register instead. If it does not, the operator of this server can ' +
    `allow it to reach ${hostname} by https, or set CLIENT_DOCUMENTS=off, so that applications register.`
  );
}

/**
 * Checks that a URL has a host name with a dot, the standard port and a path, and no IP address, user or fragment
 * (section 3 of the draft). It must also be spelled exactly as it is parsed, which rules out dot segments and other
 * spellings.
 */
function isAcceptableUrl(url: URL, text: string): boolean {
  return isFetchable(url) && url.href === text && !text.includes('#') && url.pathname !== '/';
}
