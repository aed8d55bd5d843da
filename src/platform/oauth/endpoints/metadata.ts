import { Router } from 'express';
import { cors } from '../../http/cors.js';
import { publishDocument } from '../../http/documents.js';
import { sendError } from '../../http/errors.js';
import { GRANT_TYPES } from '../clients/client.js';
import { ASSERTION_ALGORITHMS } from '../clients/client-assertion.js';
import { AUTH_METHODS } from '../clients/client-authentication.js';
import type { OAuthContext } from '../context.js';

/** Serves the authorization server metadata (RFC 8414) and the key set. */
export function metadataRoutes({ config, issuer, scopes, keys }: OAuthContext): Router {
  const router = Router();
  publishDocument(router, ['/.well-known/oauth-authorization-server'], () => ({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/revoke`,
    ...(config.enableDcr && { registration_endpoint: `${issuer}/register` }),
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    scopes_supported: scopes.map(({ name }) => name),
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: GRANT_TYPES,
    token_endpoint_auth_methods_supported: AUTH_METHODS,
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    revocation_endpoint_auth_methods_supported: AUTH_METHODS,
    revocation_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: true,
  }));
  publishDocument(router, ['/.well-known/jwks.json'], () => keys.publicKeys());
  // Clients probe for this document. We issue no ID tokens, so it would have nothing to say.
  router.use('/.well-known/openid-configuration', cors('GET'), (_req, res) => {
    sendError(
      res,
      404,
      'not_found',
      'This is not an OpenID provider; see /.well-known/oauth-authorization-server',
    );
  });
  return router;
}
