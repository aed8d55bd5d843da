import { quoted } from '../../log-text.js';
import { OAuthError } from './errors.js';

/**
 * Recognises our resource however a client spells it: with another case of the host, a trailing slash, or as the bare
 * origin (RFC 8707).
 *
 * @throws {OAuthError} `invalid_target` for any other resource
 */
export function canonicalResource(
  { resource, issuer }: { resource: string; issuer: string },
  asked: string | undefined,
): string | undefined {
  if (asked === undefined) return undefined;
  const spelled = URL.canParse(asked) ? new URL(asked).href.replace(/\/$/, '') : undefined;
  if (spelled === resource || spelled === issuer) return resource;
  throw new OAuthError('invalid_target', 'This server does not issue tokens for that resource', {
    detail: `resource is ${quoted(asked)}, and ours is ${quoted(resource)}`,
  });
}

/** @throws {OAuthError} `invalid_target` when a client names a resource other than the granted one (RFC 8707) */
export function assertGranted(asked: string | undefined, granted: string): void {
  if (asked === undefined || asked === granted) return;
  throw new OAuthError('invalid_target', 'The resource is not the one that was granted', {
    detail: 'the resource is not the one of the authorization request',
  });
}
