import { Router } from 'express';
import { cors } from '../../http/cors.js';
import { allowMethods } from '../../http/methods.js';
import type { AuthenticatedClient } from '../clients/client.js';
import { OAuthError } from '../common/errors.js';
import type { OAuthContext } from '../context.js';
import { authenticateClient, readClientRequest } from './client-request.js';

/** Serves `POST /revoke` (RFC 7009). */
export function revokeRoutes(context: OAuthContext): Router {
  const router = Router();
  router.use('/revoke', cors('POST'), allowMethods(['POST']));
  router.post('/revoke', async (req, res) => {
    const request = await readClientRequest(context, req, res);
    const client = await authenticateClient(context, req, res, request, '/revoke');
    const { token } = request.form;
    if (token === undefined) throw new OAuthError('invalid_request', 'token is required');
    await revokeToken(context, client, token);
    res.status(200).set('Cache-Control', 'no-store').end();
  });
  return router;
}

/**
 * Revokes a token of that client (RFC 7009). Revoking a refresh token ends its whole grant; revoking an access token ends
 * only that token. Unknown tokens and those of other clients are ignored without an error (section 2.2).
 */
async function revokeToken(
  { grants, accessTokens }: OAuthContext,
  client: AuthenticatedClient,
  token: string,
): Promise<void> {
  if (await grants.revokeRefreshToken(client, token)) return;
  const claims = await accessTokens.verify(token);
  if (claims !== undefined) await grants.revokeAccessToken(client, claims);
}
