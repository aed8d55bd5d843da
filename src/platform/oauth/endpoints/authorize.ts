import { type Request, type Response, Router } from 'express';
import type { Client } from '../clients/client.js';
import { isLoopbackRedirect, matchesRedirectUri, redirectHost } from '../clients/redirect-uri.js';
import { answerUrl } from '../common/authorization-response.js';
import { OAuthError } from '../common/errors.js';
import { faultyParameter, type Parameters, parseParameters } from '../common/params.js';
import { canonicalResource } from '../common/resource.js';
import type { OAuthContext } from '../context.js';
import { pageErrorHandler } from '../sign-in/pages.js';

/** `GET /authorize` (OAuth 2.1 section 4.1.1): checks the request, keeps it, and sends the browser to the sign-in page. */
export function authorizeRoutes(context: OAuthContext): Router {
  const router = Router();
  router.get('/authorize', async (req, res) => {
    const parameters = parseParameters(req.originalUrl.replace(/^[^?]*\??/, ''));
    let redirectUri: string | undefined;
    try {
      await context.limits.countRequest('authorize', req.ip ?? '');
      // Nobody is sent anywhere before both the client and its address are known to be good.
      const client = await readClient(context, req.ip ?? '', parameters);
      redirectUri = readRedirectUri(client, parameters);
      const id = await validateAndStoreRequest(context, req, res, client, redirectUri, parameters);
      res.set('Cache-Control', 'no-store').redirect(303, `/login?request=${id}`);
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      refuse(context, res, error, redirectUri, parameters);
    }
  });
  router.use('/authorize', pageErrorHandler(context));
  return router;
}

async function readClient(
  { clients }: OAuthContext,
  address: string,
  { values, faulty }: Parameters,
): Promise<Client> {
  if (faulty.has('client_id') || faulty.has('redirect_uri')) {
    throw faultyParameter();
  }
  const clientId = values['client_id'];
  const client = clientId === undefined ? undefined : await clients.find(clientId, address);
  if (client === undefined) {
    throw new OAuthError(
      'invalid_client',
      'This application is not registered here, or no longer. Remove the connection in the application and add it again.',
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
  { values, faulty }: Parameters,
): Promise<string> {
  if (faulty.size > 0) throw faultyParameter();
  const responseType = values['response_type'];
  if (responseType === undefined) throw new OAuthError('invalid_request', 'response_type is required');
  if (responseType !== 'code')
    throw new OAuthError('unsupported_response_type', 'response_type must be code');
  const codeChallenge = values['code_challenge'];
  if (values['code_challenge_method'] !== 'S256' || !/^[\w-]{43}$/.test(codeChallenge ?? '')) {
    throw new OAuthError(
      'invalid_request',
      'A code_challenge with code_challenge_method S256 is required (PKCE)',
    );
  }
  return context.requests.keep(req, res, {
    client_id: client.clientId,
    redirect_uri: redirectUri,
    state: values['state'] ?? null,
    scopes: readScopes(context, values['scope']).join(' '),
    resource: canonicalResource(context, values['resource']) ?? context.resource,
    code_challenge: codeChallenge ?? '',
  });
}

/** The scopes asked for that exist; the default ones when none are named, as many clients do. */
function readScopes({ scopes }: OAuthContext, scope: string | undefined): string[] {
  if (scope === undefined) return scopes.filter((known) => known.default).map(({ name }) => name);
  const asked = new Set(scope.split(' '));
  const known = scopes.filter(({ name }) => asked.has(name)).map(({ name }) => name);
  if (known.length === 0) throw new OAuthError('invalid_scope', 'None of the requested scopes exists here');
  return known;
}

/**
 * Tells a refusal to whom it concerns. A client on the user's own computer gets it by redirect. A website that anybody
 * could have registered does not get the browser thrown at it (OAuth 2.1 section 7.12.2): the user decides.
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
