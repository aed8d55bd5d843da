import { Router } from 'express';
import { sha256 } from '../../digest.js';
import { cors } from '../../http/cors.js';
import { allowMethods } from '../../http/methods.js';
import type { Store } from '../../store/database.js';
import type { Client } from '../clients/clients.js';
import { OAuthError } from '../common/errors.js';
import type { OAuthContext } from '../context.js';
import type { OAuthTables } from '../tables.js';
import type { AccessTokens } from '../tokens/access-token.js';
import { endGrant, findGrant } from '../tokens/grants.js';
import { authenticateClient, readClientForm } from './client-request.js';

/** `POST /revoke` (RFC 7009). */
export function revokeRoutes(context: OAuthContext): Router {
  const { store, accessTokens } = context;
  const router = Router();
  router.use('/revoke', cors('POST'), allowMethods(['POST']));
  router.post('/revoke', async (req, res) => {
    const form = await readClientForm(context, req, res);
    const client = await authenticateClient(context, req, res, form);
    if (form['token'] === undefined) throw new OAuthError('invalid_request', 'token is required');
    await revokeToken(store, accessTokens, client, form['token']);
    res.status(200).set('Cache-Control', 'no-store').end();
  });
  return router;
}

/**
 * Revokes a token of that client (RFC 7009): a refresh token ends its grant with everything in it, an access token ends
 * alone. Unknown tokens and those of other clients are left alone without an error (section 2.2).
 */
async function revokeToken(
  store: Store<OAuthTables>,
  accessTokens: AccessTokens,
  client: Client,
  token: string,
): Promise<void> {
  const refreshToken = await store
    .selectFrom('refresh_tokens')
    .select('grant_id')
    .where('token_hash', '=', sha256(token))
    .executeTakeFirst();
  if (refreshToken) {
    const grant = await findGrant(store, refreshToken.grant_id);
    if (grant?.client_id === client.clientId) await endGrant(store, grant.id);
    return;
  }
  const claims = await accessTokens.verify(token);
  if (claims?.client_id !== client.clientId || !(await findGrant(store, claims.gid))) return;
  await store
    .insertInto('revoked_access_tokens')
    .values({ jti: claims.jti, grant_id: claims.gid, expires_at: claims.exp })
    .onConflict((conflict) => conflict.column('jti').doNothing())
    .execute();
}
