import { Router } from 'express';
import type { Config } from '../config/config.js';
import { publishDocument } from '../http/documents.js';
import { defaultScopes, type Scope } from '../scopes.js';

const PATH = '/.well-known/oauth-protected-resource';

/** Returns the resource identifier of the MCP endpoint, which is the audience of access tokens (RFC 8707). */
export function resourceOf({ publicUrl }: Pick<Config, 'publicUrl'>): string {
  return `${publicUrl}/mcp`;
}

/** Returns the URL of the MCP endpoint's metadata (RFC 9728 section 3.1). */
export function resourceMetadataUrl({ publicUrl }: Pick<Config, 'publicUrl'>): string {
  return `${publicUrl}${PATH}/mcp`;
}

/**
 * Serves the protected resource metadata (RFC 9728) under the endpoint's path and at the root, where some clients look.
 *
 * @param issuer the authorization server whose tokens are accepted
 */
export function resourceMetadataRoutes(resource: string, issuer: string, scopes: Scope[]): Router {
  const router = Router();
  publishDocument(router, [`${PATH}/mcp`, PATH], () => ({
    resource,
    authorization_servers: [issuer],
    // Only the scopes every client needs: many clients request everything that is listed.
    scopes_supported: defaultScopes(scopes),
    bearer_methods_supported: ['header'],
  }));
  return router;
}
