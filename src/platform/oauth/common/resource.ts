import { quoted } from '../../log-text.js';
import { OAuthError } from './errors.js';

/**
 * Recognises our resource however a client spells it (RFC 8707): with another case of the host, with its default port, with
 * a trailing slash, as the bare origin, or as the address of another endpoint of this server. A client may name it more
 * than once.
 *
 * @param asked the `resource` of a request: one or more identifiers, separated by spaces
 * @returns the canonical spelling; `undefined` when the client named none
 * @throws {OAuthError} `invalid_target` for any other resource
 */
export function canonicalResource(
  { resource, aliases, issuer }: { resource: string; aliases: string[]; issuer: string },
  asked: string | undefined,
): string | undefined {
  const ours = [...aliases, issuer];
  const named = asked?.split(' ').filter(Boolean) ?? [];
  const foreign = named.find((each) => !ours.includes(spelledAsOurs(each)));
  if (foreign === undefined) return named.length > 0 ? resource : undefined;
  throw new OAuthError('invalid_target', 'This server does not issue tokens for that resource', {
    detail: `resource is ${quoted(foreign)}, and ours is ${quoted(resource)}`,
  });
}

function spelledAsOurs(resource: string): string {
  return URL.canParse(resource) ? new URL(resource).href.replace(/\/$/, '') : resource;
}

/** @throws {OAuthError} `invalid_target` when a client names a resource other than the granted one (RFC 8707) */
export function assertGranted(asked: string | undefined, granted: string): void {
  if (asked === undefined || asked === granted) return;
  throw new OAuthError('invalid_target', 'The resource is not the one that was granted', {
    detail: 'the resource is not the one of the authorization request',
  });
}
