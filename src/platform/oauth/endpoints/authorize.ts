import { type Request, type Response, Router } from 'express';
import { allowMethods } from '../../http/methods.js';
import { quoted } from '../../log-text.js';
import { scopeNames } from '../../scopes.js';
import type { Client } from '../clients/client.js';
import { isLoopbackRedirect, matchesRedirectUri, redirectHost } from '../clients/redirect-uri.js';
import { answerUrl } from '../common/authorization-response.js';
import { OAuthError } from '../common/errors.js';
import { type Form, faultyParameter, type Parameters, parseParameters } from '../common/params.js';
import { canonicalResource } from '../common/resource.js';
import type { OAuthContext } from '../context.js';
import { noteClaimedClient, noteClient } from './client-request.js';
import { logRefusal, pageErrorHandler, refuseMethod } from './refusals.js';

/** Serves `GET /authorize` (OAuth 2.1 section 4.1.1): stores a valid request and redirects to the sign-in page. */
export function authorizeRoutes(context: OAuthContext): Router {
  const router = Router();
  router.all('/authorize', allowMethods(['GET'], { refuse: refuseMethod(context) }));
  router.get('/authorize', async (req, res) => {
    const parameters = parseParameters(req.originalUrl.replace(/^[^?]*\??/, ''));
    let redirectUri: string | undefined;
    try {
      const claimed = await noteClaimedClient(context, res, parameters.values['client_id']);
      await context.limits.countRequest('authorize', req.ip ?? '');
      // The browser is not redirected until both the client and its address are known to be good.
      const client = await readClient(context, req.ip ?? '', parameters, claimed);
      await noteClient(context, res, client.clientId);
      redirectUri = readRedirectUri(client, parameters);
      const id = await validateAndStoreRequest(context, req, res, client, redirectUri, parameters);
      res.set('Cache-Control', 'no-store').redirect(303, `/login?request=${id}`);
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      logRefusal(context, req, res, error);
      refuse(context, res, error, redirectUri, parameters);
    }
  });
  router.use('/authorize', pageErrorHandler(context));
  return router;
}

async function readClient(
  { clients }: OAuthContext,
  address: string,
  parameters: Parameters,
  claimed: Client | undefined,
): Promise<Client> {
  const { values, faulty } = parameters;
  if (faulty.has('client_id') || faulty.has('redirect_uri')) throw faultyParameter(parameters);
  const clientId = values['client_id'];
  const client = clientId === undefined ? undefined : (claimed ?? (await clients.find(clientId, address)));
  if (client === undefined) {
    throw new OAuthError(
      'invalid_client',
      'This application is not registered here, or no longer. Remove the connection in the application and add it again.',
      { detail: clientId === undefined ? 'client_id is missing' : 'client_id is unknown, or it has expired' },
    );
  }
  return client;
}

function readRedirectUri(client: Client, { values }: Parameters): string {
  const only = client.redirectUris.length === 1 ? client.redirectUris[0] : undefined;
  const redirectUri = values['redirect_uri'] ?? only;
  if (redirectUri === undefined || !client.redirectUris.some((uri) => matchesRedirectUri(redirectUri, uri))) {
    throw new OAuthError(
      'invalid_request',
      'The address to return to is not registered for this application.',
      {
        detail:
          redirectUri === undefined
            ? `redirect_uri is missing, and ${client.redirectUris.length} are registered`
            : `redirect_uri is ${quoted(redirectUri)}, registered: ${client.redirectUris.map(quoted).join(', ')}`,
      },
    );
  }
  return redirectUri;
}

async function validateAndStoreRequest(
  context: OAuthContext,
  req: Request,
  res: Response,
  client: Client,
  redirectUri: string,
  parameters: Parameters,
): Promise<string> {
  const { values } = parameters;
  if (parameters.faulty.size > 0) throw faultyParameter(parameters);
  const responseType = values['response_type'];
  if (responseType === undefined) throw new OAuthError('invalid_request', 'response_type is required');
  if (responseType !== 'code')
    throw new OAuthError('unsupported_response_type', 'response_type must be code', {
      detail: `response_type is ${quoted(responseType)}`,
    });
  const codeChallenge = readCodeChallenge(values);
  return context.requests.store(req, res, {
    client_id: client.clientId,
    redirect_uri: redirectUri,
    state: values['state'] ?? null,
    scopes: knownScopes(context, values['scope'] ?? ''),
    resource: canonicalResource(context, values['resource']) ?? context.resource,
    code_challenge: codeChallenge,
    assertion_required: Number(client.assertionRequired),
  });
}

function readCodeChallenge({ code_challenge: challenge, code_challenge_method: method }: Form): string {
  const refusal = (detail: string) =>
    new OAuthError('invalid_request', 'A code_challenge with code_challenge_method S256 is required (PKCE)', {
      detail,
    });
  if (challenge === undefined) throw refusal('code_challenge is missing: the client does not use PKCE');
  if (method === undefined) throw refusal('code_challenge_method is missing, which means plain');
  if (method !== 'S256') throw refusal(`code_challenge_method is ${quoted(method)}`);
  if (!/^[\w-]{43}$/.test(challenge))
    throw refusal(`code_challenge is not a SHA-256 in base64url: it has ${challenge.length} characters`);
  return challenge;
}

/**
 * Drops the requested scopes that do not exist here (RFC 6749 section 3.3). Clients add `openid` or `offline_access` to
 * every request, and some name nothing else.
 */
function knownScopes({ scopes }: OAuthContext, scope: string): string {
  const asked = scopeNames(scope);
  return scopes
    .map(({ name }) => name)
    .filter((name) => asked.includes(name))
    .join(' ');
}

/**
 * Reports a refusal. A client on the user's own computer is told by redirect. Anyone could have registered a website, so
 * there the user decides whether to go back, and the server is not an open redirector (OAuth 2.1 section 7.12.2).
 */
function refuse(
  { pages, issuer }: OAuthContext,
  res: Response,
  error: OAuthError,
  redirectUri: string | undefined,
  { values, faulty }: Parameters,
): void {
  res.set(error.headers);
  if (redirectUri === undefined || error.status !== 400) {
    pages.sendError(res, error.status, error.message);
    return;
  }
  const url = answerUrl(issuer, redirectUri, {
    error: error.code,
    error_description: error.message,
    state: faulty.has('state') ? undefined : values['state'],
  });
  if (isLoopbackRedirect(redirectUri)) {
    res.set('Cache-Control', 'no-store').redirect(303, url.href);
    return;
  }
  const returnTo = { href: url.href, host: redirectHost(redirectUri) };
  pages.sendError(res, 400, error.message, returnTo);
}
