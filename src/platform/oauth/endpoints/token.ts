import { type RequestHandler, Router } from 'express';
import { cors } from '../../http/cors.js';
import type { Client } from '../clients/client.js';
import { OAuthError } from '../common/errors.js';
import { formBody } from '../common/params.js';
import { canonicalResource } from '../common/resource.js';
import type { OAuthContext } from '../context.js';
import type { Grant } from '../tokens/grants.js';
import { revokeToken } from './revoke.js';

type Form = Record<string, string | undefined>;

const GRANT_TYPES = ['authorization_code', 'refresh_token'];

/** What `POST /token` answers (RFC 6749 section 5.1). */
interface TokenResponse {
  access_token: string;
  token_type: 'Bearer';
  /** Seconds. */
  expires_in: number;
  scope: string;
  refresh_token?: string;
}

/** `POST /token` (OAuth 2.1 section 3.2) and `POST /revoke` (RFC 7009). */
export function tokenRoutes(context: OAuthContext): Router {
  const { clients, registeredClients, limits } = context;
  const router = Router();
  router.use(['/token', '/revoke'], cors('POST'), onlyPost, formBody);
  router.post('/token', async (req, res) => {
    await limits.countRequest('token', req.ip ?? '');
    const form = res.locals['form'] as Form;
    const grantType = form['grant_type'];
    if (grantType === undefined) throw new OAuthError('invalid_request', 'grant_type is required');
    if (!GRANT_TYPES.includes(grantType)) {
      throw new OAuthError(
        'unsupported_grant_type',
        'grant_type must be authorization_code or refresh_token',
      );
    }
    const client = await clients.authenticate(req, form);
    if (!client.grantTypes.includes(grantType)) {
      throw new OAuthError('unauthorized_client', 'The client is not registered for this grant_type');
    }
    const answer =
      grantType === 'refresh_token'
        ? await refresh(context, client, form)
        : await redeem(context, client, form);
    await registeredClients.markUsed(client.clientId);
    res.json(answer);
  });
  router.post('/revoke', async (req, res) => {
    await limits.countRequest('token', req.ip ?? '');
    const form = res.locals['form'] as Form;
    const client = await clients.authenticate(req, form);
    if (form['token'] === undefined) throw new OAuthError('invalid_request', 'token is required');
    await revokeToken(context, client, form['token']);
    res.status(200).end();
  });
  return router;
}

async function redeem(context: OAuthContext, client: Client, form: Form): Promise<TokenResponse> {
  const { code, code_verifier: codeVerifier } = form;
  if (code === undefined) throw new OAuthError('invalid_request', 'code is required');
  if (codeVerifier === undefined || !/^[\w.~-]{43,128}$/.test(codeVerifier)) {
    throw new OAuthError('invalid_request', 'code_verifier is required, 43 to 128 unreserved characters');
  }
  const redemption = {
    code,
    codeVerifier,
    clientId: client.clientId,
    redirectUri: form['redirect_uri'],
    resource: canonicalResource(context, form['resource']),
  };
  const mayRefresh = client.grantTypes.includes('refresh_token');
  const { grant, refreshToken } = await context.grants.redeem(redemption, mayRefresh);
  return respond(context, grant, grant.scopes, refreshToken);
}

async function refresh(context: OAuthContext, client: Client, form: Form): Promise<TokenResponse> {
  const { refresh_token } = form;
  if (refresh_token === undefined) throw new OAuthError('invalid_request', 'refresh_token is required');
  const { grant, scope, refreshToken } = await context.grants.refresh({
    refreshToken: refresh_token,
    clientId: client.clientId,
    scope: form['scope'],
    resource: canonicalResource(context, form['resource']),
  });
  return respond(context, grant, scope, refreshToken);
}

async function respond(
  { accessTokens, config }: OAuthContext,
  grant: Grant,
  scope: string,
  refreshToken: string | undefined,
): Promise<TokenResponse> {
  const { id: gid, username: sub, client_id, resource: aud } = grant;
  return {
    access_token: await accessTokens.sign({ sub, client_id, scope, aud, gid }),
    token_type: 'Bearer',
    expires_in: config.accessTokenTtl,
    scope,
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
  };
}

/** Answers are never cached, and other methods are refused as JSON. */
export const onlyPost: RequestHandler = (req, res, next) => {
  res.set('Cache-Control', 'no-store');
  if (req.method === 'POST') return next();
  res.set('Allow', 'POST, OPTIONS');
  throw new OAuthError('invalid_request', 'Only POST is served here', { status: 405 });
};
