import { Router } from 'express';
import type { Config } from '../config/config.js';
import { publishDocument } from '../http/documents.js';
import type { Scope } from '../scopes.js';

const PATH = '/.well-known/oauth-protected-resource';

/** The paths that clients are given: of Streamable HTTP, and of the legacy SSE transport. */
export type Endpoint = '/mcp' | '/sse';

/**
 * Returns the endpoints of this server, `/mcp` first. Each has a resource identifier of its own, because clients require
 * the metadata to name the address they were given (RFC 9728 section 3.3).
 */
export function endpointsOf({ enableSse }: Pick<Config, 'enableSse'>): Endpoint[] {
  return enableSse ? ['/mcp', '/sse'] : ['/mcp'];
}

/** Returns the resource identifier of an endpoint (RFC 8707). That of `/mcp` is the audience of access tokens. */
export function resourceOf({ publicUrl }: Pick<Config, 'publicUrl'>, endpoint: Endpoint): string {
  return `${publicUrl}${endpoint}`;
}

/** Returns the URL of an endpoint's metadata (RFC 9728 section 3.1). */
export function resourceMetadataUrl({ publicUrl }: Pick<Config, 'publicUrl'>, endpoint: Endpoint): string {
  return `${publicUrl}${PATH}${endpoint}`;
}

/**
 * Serves the protected resource metadata (RFC 9728) under the path of each endpoint. That of `/mcp` is also at the root,
 * where some clients look.
 *
 * @param issuer the authorization server whose tokens are accepted
 */
export function resourceMetadataRoutes(
  config: Pick<Config, 'publicUrl' | 'enableSse'>,
  issuer: string,
  scopes: Scope[],
): Router {
  const router = Router();
  for (const endpoint of endpointsOf(config)) {
    const paths = endpoint === '/mcp' ? [`${PATH}${endpoint}`, PATH] : [`${PATH}${endpoint}`];
    publishDocument(router, paths, () => ({
      resource: resourceOf(config, endpoint),
      authorization_servers: [issuer],
      scopes_supported: scopes.map(({ name }) => name),
      bearer_methods_supported: ['header'],
    }));
  }
  return router;
}
