import { isIPv4, isIPv6 } from 'node:net';

/** A host name (RFC 1123 section 2.1), which cannot be mistaken for an IPv4 address. */
const NAME = /^(?![\d.]+$)[a-z\d_]([\w-]*\w)?(\.[a-z\d_]([\w-]*\w)?)*\.?$/i;

/**
 * Returns the address or name to listen on, as Node takes it, or `undefined` when the text is something else, such as a
 * URL or a network. IPv6 addresses may be in brackets.
 */
export function parseListenHost(text: string): string | undefined {
  const bare = /^\[(.*)\]$/.exec(text)?.[1];
  if (bare !== undefined) return isIPv6(bare) ? bare : undefined;
  return isIPv4(text) || isIPv6(text) || NAME.test(text) ? text : undefined;
}

/** Writes an address and a port as one, with an IPv6 address in brackets (RFC 3986 section 3.2.2). */
export function hostAndPort(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
