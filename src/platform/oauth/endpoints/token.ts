import type { Response, Router } from 'express';
import { nowInSeconds } from '../../clock.js';
import { cors } from '../../http/cors.js';
import { causeOf } from '../../http/error-handler.js';
import { UnavailableError } from '../../http/errors.js';
import { exactRouter } from '../../http/exact-router.js';
import { allowMethods } from '../../http/methods.js';
import { localsOf } from '../../http/request-locals.js';
import { quoted } from '../../log-text.js';
import { type AuthenticatedClient, GRANT_TYPES } from '../clients/client.js';
import { isDocumentUrl } from '../clients/client-documents.js';
import { OAuthError } from '../common/errors.js';
import type { Form } from '../common/params.js';
import { canonicalResource } from '../common/resource.js';
import type { OAuthContext } from '../context.js';
import type { Grant } from '../tokens/grants.js';
import { authenticateClient, readClientRequest } from './client-request.js';

/** The answer of `POST /token` (RFC 6749 section 5.1). */
interface TokenResponse {
  access_token: string;
  token_type: 'Bearer';
  /** Seconds. */
  expires_in: number;
  scope: string;
  refresh_token?: string;
}

/** How long the use of a client is not noted again at a refresh, in seconds. */
const USE_NOTED_FOR = 60;

/** Serves `POST /token` (OAuth 2.1 section 3.2). */
export function tokenRoutes(context: OAuthContext): Router {
  const router = exactRouter();
  router.all('/token', cors('POST'), allowMethods(['POST']));
  router.post('/token', async (req, res) => {
    const request = await readClientRequest(context, req, res);
    const { form } = request;
    const grantType = readGrantType(form);
    const client = await authenticateClient(context, req, res, request, '/token');
    if (!client.grantTypes.includes(grantType)) {
      throw new OAuthError('unauthorized_client', 'The client is not registered for this grant_type', {
        detail: `asked for ${grantType}, registered for ${client.grantTypes.join(' and ')}`,
      });
    }
    const isRefresh = grantType === 'refresh_token';
    const answer = isRefresh ? await refresh(context, client, form) : await redeem(context, client, form);
    if (!isRefresh || !isNoted(client)) await noteUse(context, res, client);
    res.set('Cache-Control', 'no-store').json(answer);
  });
  return router;
}

/**
 * Checks whether the use of a client needs no note: it was noted a moment ago, or its document says what is to be known.
 * Equal public clients share a registration, so the users of one application may refresh through it many times a second.
 */
function isNoted({ clientId, usedAt = 0 }: AuthenticatedClient): boolean {
  return isDocumentUrl(clientId) || usedAt > nowInSeconds() - USE_NOTED_FOR;
}

/**
 * Notes that a client is in use. A failure is logged and does not fail the request: its code or token is used up already,
 * and the next request of the client notes the same.
 */
async function noteUse(
  { registeredClients, logger }: OAuthContext,
  res: Response,
  { clientId }: AuthenticatedClient,
): Promise<void> {
  await registeredClients.markUsed(clientId).catch((error: unknown) => {
    const cause = error instanceof UnavailableError ? causeOf(error) : { err: error };
    logger.warn({ ...cause, requestId: localsOf(res).requestId }, 'the use of a client was not noted');
  });
}

function readGrantType(form: Form): string {
  const grantType = form['grant_type'];
  if (grantType === undefined) throw new OAuthError('invalid_request', 'grant_type is required');
  if (GRANT_TYPES.includes(grantType)) return grantType;
  throw new OAuthError('unsupported_grant_type', 'grant_type must be authorization_code or refresh_token', {
    detail: `grant_type is ${quoted(grantType)}`,
  });
}

async function redeem(
  context: OAuthContext,
  client: AuthenticatedClient,
  form: Form,
): Promise<TokenResponse> {
  const { code, code_verifier: codeVerifier } = form;
  if (code === undefined) throw new OAuthError('invalid_request', 'code is required');
  if (codeVerifier === undefined || !/^[\w.~-]{43,128}$/.test(codeVerifier)) {
    throw new OAuthError('invalid_request', 'code_verifier is required, 43 to 128 unreserved characters', {
      detail:
        codeVerifier === undefined
          ? 'code_verifier is missing'
          : `code_verifier has ${codeVerifier.length} characters, or one that is not allowed`,
    });
  }
  const redemption = {
    code,
    codeVerifier,
    client,
    redirectUri: form['redirect_uri'],
    resource: canonicalResource(context, form['resource']),
  };
  const mayRefresh = client.grantTypes.includes('refresh_token');
  const { grant, refreshToken } = await context.grants.redeem(redemption, mayRefresh);
  return respond(context, grant, grant.scopes, refreshToken);
}

async function refresh(
  context: OAuthContext,
  client: AuthenticatedClient,
  form: Form,
): Promise<TokenResponse> {
  const { refresh_token } = form;
  if (refresh_token === undefined) throw new OAuthError('invalid_request', 'refresh_token is required');
  const { grant, scope, refreshToken } = await context.grants.refresh({
    refreshToken: refresh_token,
    client,
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
