import type { AuthInfo, ServerContext } from '@modelcontextprotocol/server';
import type { RequestScope } from './context.js';

/**
 * Finds the scope of a request by what the SDK tells its handlers. Where a server answers one request or one connection,
 * the scope is known without.
 */
export type ScopeOf<Services> = (sdk: ServerContext | undefined) => RequestScope<Services>;

/**
 * Carries the scope of a request through the SDK. The SDK passes on the request's own `AuthInfo` object, in which handlers
 * can read neither the scope nor the token.
 */
export class ScopedAuthInfo implements AuthInfo {
  readonly token = '';
  readonly clientId: string;
  readonly scopes: string[];
  readonly resourceMetadataUrl: string;
  readonly #scope: unknown;

  /** @param resourceMetadataUrl named by the challenge when a scope is missing */
  constructor(scope: RequestScope, resourceMetadataUrl: string) {
    this.clientId = scope.caller.clientId;
    this.scopes = scope.caller.scopes;
    this.resourceMetadataUrl = resourceMetadataUrl;
    this.#scope = scope;
  }

  /** @throws when the object is not the one that was given to the SDK */
  static scopeOf<Services>(authInfo: AuthInfo | undefined): RequestScope<Services> {
    if (authInfo === undefined || !(#scope in authInfo))
      throw new Error('The SDK did not pass on the AuthInfo of a request');
    return authInfo.#scope as RequestScope<Services>;
  }
}

/** Finds the scope of the request that a handler answers. */
export function scopeOfRequest<Services>(sdk: ServerContext | undefined): RequestScope<Services> {
  return ScopedAuthInfo.scopeOf(sdk?.http?.authInfo);
}
