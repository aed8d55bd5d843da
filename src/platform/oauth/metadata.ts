import { type RequestHandler, Router } from 'express';
import type { Config } from '../config.js';
import { cors } from '../http/cors.js';
import { sendError } from '../http/errors.js';
import type { Scope } from '../scopes.js';
import type { OAuthContext } from './context.js';

const AUTH_METHODS = ['none', 'client_secret_basic', 'client_secret_post'];

/** Where the metadata of the MCP endpoint is (RFC 9728 section 3.1). */
export function resourceMetadataUrl(config: Config): string {
  return `${config.publicUrl}/.well-known/oauth-protected-resource/mcp`;
}

/** The protected resource metadata (RFC 9728), at the address of the endpoint and at the root, where some clients look. */
export function resourceMetadataRoutes(resource: string, issuer: string, scopes: Scope[]): Router {
  const router = Router();
  publish(router, ['/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-protected-resource'], {
    resource,
    authorization_servers: [issuer],
    // Only what every client needs: many ask for all that is listed.
    scopes_supported: scopes.filter((scope) => scope.default).map(({ name }) => name),
    bearer_methods_supported: ['header'],
  });
  return router;
}

/** The authorization server metadata (RFC 8414) and the key set. */
export function serverMetadataRoutes({ config, issuer, scopes, keys }: OAuthContext): Router {
  const router = Router();
  publish(router, ['/.well-known/oauth-authorization-server'], {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/revoke`,
    ...(config.enableDcr && { registration_endpoint: `${issuer}/register` }),
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    scopes_supported: scopes.map(({ name }) => name),
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_methods_supported: AUTH_METHODS,
    revocation_endpoint_auth_methods_supported: AUTH_METHODS,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: true,
  });
  router.use('/.well-known/jwks.json', cors('GET'), onlyGet);
  router.get('/.well-known/jwks.json', async (_req, res) => {
    res.set('Cache-Control', 'public, max-age=300').json(await keys.publicKeys());
  });
  // Clients probe for it. We issue no ID tokens, so there is nothing it could say.
  router.use('/.well-known/openid-configuration', cors('GET'), (_req, res) => {
    sendError(
      res,
      404,
      'not_found',
      'This is no OpenID provider; see /.well-known/oauth-authorization-server',
    );
  });
  return router;
}

function publish(router: Router, paths: string[], document: object): void {
  router.use(paths, cors('GET'), onlyGet);
  router.get(paths, (_req, res) => void res.set('Cache-Control', 'public, max-age=300').json(document));
}

const onlyGet: RequestHandler = (req, res, next) => {
  if (req.method === 'GET' || req.method === 'HEAD') return next();
  res.set('Allow', 'GET, OPTIONS');
  sendError(res, 405, 'invalid_request', 'Only GET is served here');
};
