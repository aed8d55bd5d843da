/** Checks whether a host name or address is a loopback one, also with the dot of an absolute name or without brackets. */
export function isLoopbackHost(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)\.?$/i.test(hostname);
}

/** Checks whether the host of an absolute URL is a loopback one. */
export function isLoopbackUrl(url: string): boolean {
  return isLoopbackHost(new URL(url).hostname);
}
