import { isLoopbackHost } from '../../loopback.js';
import { isApplicationScheme } from '../../uri-scheme.js';

/** In characters. */
const MAX_LENGTH = 2000;
/** The most redirect URIs a client may have. */
const MAX_URIS = 25;
/** Schemes of real applications that lack the dot RFC 8252 section 7.1 asks for. `REDIRECT_SCHEMES` adds to them. */
const KNOWN_SCHEMES = (
  'antigravity cherrystudio claude code-oss cursor goose kiro lmstudio mcpjam positron raycast trae vscode ' +
  'vscode-insiders vscodium warp warppreview windsurf windsurf-next zed'
).split(' ');
/** A scheme that is a domain backwards, such as com.example.app. */
const REVERSE_DOMAIN = /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+$/;
/** Characters that browsers and our parser could read differently, including fragments and wildcards. */
const SUSPICIOUS = /[\s\p{C}\\#*<>"'`]/u;

/** What a list of redirect URIs comes to. */
export interface RedirectUris {
  /** Those to keep: without duplicates, in the order they were listed, 25 at most. */
  usable: string[];
  /** Why each of the others is not kept, with its number in the list. */
  faults: { number: number; uri: unknown; fault: string }[];
}

/**
 * Sorts the redirect URIs that a client lists. Real clients list the addresses of all their versions, so one that cannot
 * be used here does not speak against the others.
 *
 * @param listed what stands where the list should be
 * @param ownSchemes the schemes in `REDIRECT_SCHEMES`
 */
export function sortRedirectUris(listed: unknown, ownSchemes: readonly string[]): RedirectUris {
  const usable = new Set<string>();
  const faults: RedirectUris['faults'] = [];
  for (const [index, uri] of (Array.isArray(listed) ? listed : []).entries()) {
    const fault = redirectUriFault(uri, ownSchemes);
    if (fault !== undefined) faults.push({ number: index + 1, uri, fault });
    else if (usable.size < MAX_URIS) usable.add(uri as string);
  }
  return { usable: [...usable], faults };
}

/**
 * Finds what is wrong with an address to which a client wants its answers. It must be absolute, with https, http on this
 * machine, or the private-use scheme of an application, and without fragment, user or wildcard (OAuth 2.1 section 2.3).
 *
 * @param ownSchemes the schemes in `REDIRECT_SCHEMES`
 * @returns a fixed text that repeats nothing of the address; `undefined` when the address can be used
 */
function redirectUriFault(uri: unknown, ownSchemes: readonly string[]): string | undefined {
  if (typeof uri !== 'string') return 'it is not text';
  if (uri.length > MAX_LENGTH) return `it is longer than ${MAX_LENGTH} characters`;
  if (uri.includes('#')) return 'it has a fragment';
  if (uri.includes('*')) return 'it has a wildcard';
  if (SUSPICIOUS.test(uri)) return 'it has a character that must be percent-encoded';
  if (!URL.canParse(uri)) return 'it is not an absolute address';
  const { protocol, hostname, username, password } = new URL(uri);
  if (username || password) return 'it has a user name or a password';
  if (/^https?:/i.test(uri) && !/^https?:\/\/[^/]/i.test(uri))
    return 'its scheme is not followed by two slashes';
  if (protocol === 'https:') return undefined;
  if (protocol === 'http:')
    return isLoopbackHost(hostname) ? undefined : 'http is only for the same computer, use https';
  const scheme = protocol.slice(0, -1);
  if (!isApplicationScheme(scheme)) return 'its scheme belongs to no application';
  if (REVERSE_DOMAIN.test(scheme) || [...KNOWN_SCHEMES, ...ownSchemes].includes(scheme)) return undefined;
  return 'its scheme is not known here, use one with a dot, or have it added to REDIRECT_SCHEMES';
}

/** Checks whether a client may have its answers sent to this address; `redirectUriFault` has the rule. */
export function isAcceptableRedirectUri(uri: string, ownSchemes: readonly string[] = []): boolean {
  return redirectUriFault(uri, ownSchemes) === undefined;
}

/** Checks whether the answer stays on the user's device: on the loopback interface or in an installed application. */
export function staysOnDevice(uri: string): boolean {
  return new URL(uri).protocol !== 'https:';
}

/** Checks whether the address is a web server on the user's own computer. */
export function isLoopbackRedirect(uri: string): boolean {
  const { protocol, hostname } = new URL(uri);
  return protocol === 'http:' && isLoopbackHost(hostname);
}

/**
 * Checks whether a requested address is the registered one, by comparing the text. Only the port of an http address on
 * this machine may differ (RFC 8252 section 7.3), because native applications get a new one each time.
 */
export function matchesRedirectUri(requested: string, registered: string): boolean {
  if (requested === registered) return true;
  if (
    !isAcceptableRedirectUri(requested) ||
    !isLoopbackRedirect(requested) ||
    !isLoopbackRedirect(registered)
  ) {
    return false;
  }
  return withoutPort(requested) === withoutPort(registered);
}

/** Returns where the user is sent, as shown on the sign-in page: a host, or the scheme of an application. */
export function redirectHost(uri: string): string {
  const { protocol, host } = new URL(uri);
  return protocol === 'https:' || protocol === 'http:' ? host : protocol.slice(0, -1);
}

/** Cuts the port out of the text itself, so that differences a URL parser would normalise away still count. */
export function withoutPort(uri: string): string {
  return uri.replace(/^(http:\/\/(?:\[[^\]]*\]|[^:/?]+)):\d+/, '$1');
}
