import { isLoopbackHost } from '../../loopback.js';

const MAX_LENGTH = 2000;
/** Schemes of desktop applications that lack the dot RFC 8252 section 7.1 asks for. */
const KNOWN_SCHEMES = ['claude', 'cursor', 'mcpjam', 'vscode', 'vscode-insiders', 'windsurf', 'zed'];
/** Characters that browsers and our parser could read differently, including fragments and wildcards. */
const SUSPICIOUS = /[\s\p{Cc}\p{Cs}\\#*<>"'`]/u;

/**
 * Checks whether a client may register this address. It must be absolute, with https, http on this machine, or the
 * private-use scheme of an application, and without fragment, user or wildcard (OAuth 2.1 section 2.3).
 */
export function isAcceptableRedirectUri(uri: string): boolean {
  if (uri.length > MAX_LENGTH || SUSPICIOUS.test(uri) || !URL.canParse(uri)) return false;
  const { protocol, hostname, username, password } = new URL(uri);
  if (username || password) return false;
  if (/^https?:/i.test(uri) && !/^https?:\/\/[^/]/i.test(uri)) return false;
  if (protocol === 'https:') return true;
  if (protocol === 'http:') return isLoopbackHost(hostname);
  const scheme = protocol.slice(0, -1);
  return KNOWN_SCHEMES.includes(scheme) || scheme.includes('.');
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
